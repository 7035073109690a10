/**
 * capacity: the resources that an amount of uploads needs: measured costs, plans that follow from them, and a simulated day.
 * Pure.
 *
 * Does not belong here: measuring (bench) and printing (apps/cli). A new figure is a row in `costs.ts` with its source; what
 * follows from it goes into `plan-capacity.ts`.
 */
export { type Cost, costs } from './costs.js';
export { type CapacityPlan, type Demand, planCapacity } from './plan-capacity.js';
export { type SimulatedQueue, simulateDay } from './simulate-day.js';
export { remakeSeconds } from './remake-seconds.js';
export { type Work, workOf } from './work-of-pipelines.js';
