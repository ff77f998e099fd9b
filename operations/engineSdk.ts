// For the command line, which knows of the engine's program what operations tell it.
export { lightenSdk } from "../stacks/lightSdk";
