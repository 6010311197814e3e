/** `simulate completion [SHELL]`: prints the script that completes command lines in bash, zsh and fish. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { SHELLS } from "../shared/shared-options.js";
import type { CompletionArguments } from "../handlers/completion.js";

export const definition: CommandModule<object, CompletionArguments> = {
  builder: (parser) =>
    parser
      .positional("shell", { choices: SHELLS, describe: "The shell [default: that of $SHELL]" })
      .epilogue(
        examples(
          ["$0 completion bash >> ~/.bashrc", "bash"],
          ["$0 completion zsh >> ~/.zshrc", "zsh, after the line with compinit"],
          ["$0 completion fish > ~/.config/fish/completions/simulate.fish", "fish"],
        ),
      ),
  handler: async (args) => (await import("../handlers/completion.js")).handler(args),
};
