/** The part of `summary.json` about the generator and the machine. All times are ms. */
import { z } from "zod";
import { count, number, text } from "./schema-fields.js";

export const processSchema = z.object({
  cpuCores: number("CPU used, in cores."),
  peakMemoryBytes: number("The greatest resident memory, bytes."),
});

/** What the run and others used of the machine's cores. */
export const machineUseSchema = z.object({
  waits: z
    .enum(["measured", "estimated"])
    .describe(
      "Whether the system measured how long threads waited for a core, or the load average is an estimate of it.",
    ),
  watchedMs: number("How long the machine was watched, ms."),
  cores: count.describe("The cores that the process may use."),
  ownCores: number("CPU of this process, in cores."),
  othersCores: number("CPU of other programs, in cores."),
  stolenCores: number("CPU that the hypervisor gave to other machines, in cores."),
  throttledCores: z
    .number()
    .default(0)
    .describe("CPU that the limit of the control group (a container's) kept from this process, in cores."),
  waitShare: number(
    "Of the time in which threads of the run were ready, the share in which they waited for a core, 0 to 1.",
  ),
  takenShare: number(
    "The part of `waitShare` for which other programs or the hypervisor had the core, or a limit withheld it, 0 to 1.",
  ),
  withheldShare: z
    .number()
    .default(0)
    .describe("The part of `takenShare` for which the hypervisor had the core, or a limit withheld it, 0 to 1."),
  boundShare: number("The bound of `takenShare` or `withheldShare`, 0 to 1."),
  taken: z
    .boolean()
    .describe("Whether `takenShare` is above the bound; with `othersIncludeTarget`, whether `withheldShare` is."),
  pressureShare: z
    .number()
    .nullable()
    .describe(
      "The share of the time in which some program of the machine waited for a core, 0 to 1; null where it is not known.",
    ),
  othersIncludeTarget: z
    .boolean()
    .describe("Whether the CPU of other programs includes that of the target, so that what they had is not judged."),
});

const threadHealthSchema = z.object({
  thread: text("The name of the thread."),
  watchedMs: number("How long it was watched, ms."),
  eventLoopDelay: z
    .object({
      p50Ms: number("Median, ms."),
      p99Ms: number("99th percentile, ms."),
      maxMs: number("Maximum, ms."),
    })
    .nullable()
    .describe("The delay of timers; null in a thread without an event loop."),
  gc: z
    .object({
      count: count.describe("The number of pauses."),
      totalMs: number("All pauses together, ms."),
      maxMs: number("The longest pause, ms."),
      major: count.describe("The number of pauses of major collections."),
    })
    .describe("Pauses of the garbage collector."),
  times: z
    .object({
      cpuMs: number("On a core, ms."),
      waitedMs: z.number().nullable().describe("Ready and waiting for a core, ms; null where it is not known."),
    })
    .nullable()
    .optional()
    .describe("Null where it is not known. Absent in summaries of older versions."),
});

const cpuSchema = z.object({
  totalMs: number(
    "The process, ms; where several machines made the load, their processes and that of the coordinator.",
  ),
  generatorMs: number("Simulated workers and measuring, and the router of `--listen`, ms."),
  platformMs: number("The platform, and what measures in its threads, ms; 0 over a network, where it is outside."),
  runtimeMs: number("Compilers and collectors of the runtime, ms."),
  threads: z
    .array(
      z.object({
        thread: text("The name of the thread."),
        part: z.enum(["generator", "platform"]).describe("The part that its time belongs to."),
        cpuMs: number("On a core, ms."),
        waitedMs: z.number().nullable().describe("Ready and waiting for a core, ms; null where it is not known."),
      }),
    )
    .describe("The same by thread; of a thread on another machine, with the machine's name before it."),
});

export const healthSchema = z.object({
  process: processSchema.describe("What the process used; of all machines together."),
  threads: z.array(threadHealthSchema).describe("The threads of the run."),
  cpu: cpuSchema.optional().describe("CPU time during the run, by its parts. Absent where it is not known."),
});
