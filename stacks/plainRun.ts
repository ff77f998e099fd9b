import { lightenSdk } from "../components/lightSdk";

// What a run by plain Pulumi does first of all: it is a program of its own, which Pulumi's runner starts for every preview and every update.
lightenSdk();

// The runner has the places in stacks of errors looked up in source maps, and the SDK asks for such a stack with each promise that it makes, in
// case one is left over: more than a quarter of all that the program took. Without it stacks tell places in the compiled files.
Reflect.deleteProperty(Error, "prepareStackTrace");
