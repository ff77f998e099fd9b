import { parseRoutes } from "../../operations/facts";

test("routes are read as Linux lists them: subnets of interfaces, with or without a carrier", () => {
  const text = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
tun0\t0A63A8C0\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
br-1\t0063A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
*\t00A0A8C0\t00000000\t0001\t0\t0\t0\t00E0FFFF\t0\t0\t0
`;
  expect(parseRoutes(text)).toEqual([
    { subnet: "172.17.0.0/16", name: "docker0" },
    { subnet: "192.168.99.0/24", name: "br-1" },
  ]);
});
