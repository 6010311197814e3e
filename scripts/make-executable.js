// npm links the binary of an installed package executable; a checkout's own build needs the bit too.
import { chmodSync } from "node:fs";

chmodSync(new URL("../dist/cli/main.js", import.meta.url), 0o755);
