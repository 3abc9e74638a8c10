/** The package has no types of its own: a list of domains in lower case. */
declare module 'email-providers' {
  const domains: readonly string[];
  // eslint-disable-next-line no-restricted-syntax -- it is the package's own
  export default domains;
}
