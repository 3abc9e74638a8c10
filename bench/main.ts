import { writeFile } from 'node:fs/promises';
import { runBenchmark } from './benchmark.js';
import { runCrmBenchmark } from './crm/crm-benchmark.js';
import { refusedIn, renderCrmReport } from './crm/crm-report.js';
import { readOptions, usage } from './options.js';
import { describeProfile } from './profile.js';
import { runReadingBenchmark } from './reading/reading-benchmark.js';
import { renderReadingReport } from './reading/reading-report.js';
import { renderReport } from './report.js';

/** Progress goes to standard error, the report to standard output. */
function progress(line: string): void {
  console.error(line);
}

const options = readOptions(process.argv.slice(2));
if (options === undefined) {
  console.log(usage);
} else if (options.crm) {
  const results = await runCrmBenchmark(options, progress);
  console.log(renderCrmReport(results));
  if (options.jsonFile !== undefined) await writeFile(options.jsonFile, `${JSON.stringify(results, undefined, 2)}\n`);
  // How fast it was never fails a run; an answer that was refused does.
  if (refusedIn(results) > 0) process.exitCode = 1;
} else if (options.readingSizes.length > 0) {
  const results = await runReadingBenchmark(options, progress);
  console.log(renderReadingReport(results));
  for (const [question, path] of results.profiles)
    console.log(`\nProfile of ${question}\n\n${await describeProfile(path)}`);
  if (options.jsonFile !== undefined) await writeFile(options.jsonFile, `${JSON.stringify(results, undefined, 2)}\n`);
  // How fast it was never fails a run; an answer that was refused does.
  if (results.readings.some(({ refused }) => Object.keys(refused).length > 0)) process.exitCode = 1;
} else {
  const { environment, measurements, profiles } = await runBenchmark(options, progress);
  console.log(renderReport(environment, measurements));
  for (const [variant, path] of profiles) console.log(`\nProfile of ${variant}\n\n${await describeProfile(path)}`);
  if (options.jsonFile !== undefined) {
    await writeFile(options.jsonFile, `${JSON.stringify({ options, environment, measurements }, undefined, 2)}\n`);
  }
  const wrong = measurements.filter((measurement) => measurement.faults.length > 0);
  for (const { variant, round, faults } of wrong) {
    console.error(`Wrong: ${variant} in round ${round + 1}: ${faults.join('; ')}`);
  }
  // How fast it was never fails a run; an acknowledgement that was not true does.
  if (wrong.length > 0) process.exitCode = 1;
}
