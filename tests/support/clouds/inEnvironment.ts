import { azureEnvironment } from "./azureApi";
import { StandInCloud } from "./index";
import { amazonEnvironment } from "./standing";

/** Gives each test of a file a stand-in for both clouds, which this process asks as it would ask them. @returns what has the one of the test that runs */
export function useCloud(): () => StandInCloud {
  let cloud: StandInCloud | undefined;
  const before = { ...process.env };
  beforeEach(async () => {
    cloud = await StandInCloud.start();
    Object.assign(process.env, amazonEnvironment(cloud), azureEnvironment(cloud));
  });
  afterEach(async () => {
    process.env = { ...before };
    await cloud?.stop();
    cloud = undefined;
  });
  return () => {
    if (!cloud) throw new Error("no test runs");
    return cloud;
  };
}
