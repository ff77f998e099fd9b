import "./stacks/plainRun";
import { program } from "./stacks";

// Pulumi takes a function's result as the stack's outputs.
export = program;
