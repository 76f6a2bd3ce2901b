/** Stopwatches: each measured thing takes turns with its floor, so both meet the same weather. */
import { loadavg } from 'node:os';

/** @returns the time on the wall, the processor time of this process, and what the work gave. */
export async function timed(work) {
  const before = process.cpuUsage();
  const startMs = performance.now();
  const result = await work();
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(before);
  return { ms, cpu: (user + system) / 1000, result };
}

/** The load of the machine over the last minute, to two digits: it stands beside each row. */
export const load = () => Math.round(loadavg()[0] * 100) / 100;

/** Times of one work, in milliseconds. */
export class Sample {
  ms = [];
  cpu = [];

  async take(work) {
    const { ms, cpu, result } = await timed(work);
    this.ms.push(ms);
    this.cpu.push(cpu);
    return result;
  }
}

/** Does the work that often. @param work called with the number of the round */
export async function repeat(rounds, work) {
  const sample = new Sample();
  for (let round = 0; round < rounds; round += 1) await sample.take(() => work(round));
  return sample;
}

/**
 * Runs the works in turn, `rounds` times after `warmUp` rounds that are not counted.
 *
 * @param works name -> function of the round's number
 * @returns name -> the sample of its counted rounds
 */
export async function alternately(works, { rounds, warmUp = 0 }) {
  const samples = {};
  for (const name of Object.keys(works)) samples[name] = new Sample();
  for (let round = 0; round < rounds + warmUp; round += 1) {
    for (const [name, work] of Object.entries(works)) {
      const into = round < warmUp ? new Sample() : samples[name];
      await into.take(() => work(round));
    }
  }
  return samples;
}
