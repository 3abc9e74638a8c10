/** The package has no types of its own: a list of domains in lower case. */
declare module 'email-providers' {
  const domains: readonly string[];
  export default domains;
}
