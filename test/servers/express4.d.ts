/** Express 4 under its own name, for these tests: what they use of it has the types of 5. */
declare module "express4" {
  export { default } from "express";
}
