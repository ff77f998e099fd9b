import { output } from "../cli";
import { dockerList, objectName, type TestTarget } from "./target";

/** Containers of this machine's Docker stand in for guests. */
export const CONTAINERS: TestTarget = {
  name: "containers",
  standing: async (lab) => {
    const text = await output("sh", ["-eu", "-s"], { stdin: dockerList(`classlab=${lab}`) });
    return text.split("\n").filter(Boolean).sort();
  },
  guestShell: (lab, guest) => `docker exec -i ${objectName(lab, guest)} sh -eu -s`,
};
