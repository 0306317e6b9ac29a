/** A tail Worker: rate, outcome, CPU time and wall time of every Worker that names it in `tail_consumers`. */
import { tailMeter } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";

export default tailMeter(createPushmeter());
