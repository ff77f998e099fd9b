// For the command line, which knows no components.
export { lightenSdk } from "../components/lightSdk";
