import { costJson, renderCost } from "../../cli/costOutput";
import { costFrom, estimateCost, estimateOfTeams } from "../../course/cost/estimate";
import { formatRate } from "../../course/cost/money";
import { stillBilling } from "../../course/cost/rates";
import { AZURE, CALENDAR, cloudLab, EC2 } from "../support/cloudLabs";
import { planOf } from "./labs";

// Two hosts m8i.xlarge in Tokyo: an hour 2 × 0.273420 while they run, 60 GiB 2 × 0.007890, addresses 2 × 0.005.
const plan = planOf("lab", cloudLab([EC2]));
const estimate = estimateCost(plan);
const BEFORE = "2027-01-01T00:00:00.000Z";
// Between the two lessons, both hosts stopped.
const BETWEEN = "2027-01-18T06:00:00.000Z";

test("a team's part of what each has one of is its own, and of what is shared its share", () => {
  const own = estimateOfTeams(plan, estimate, ["team-02"]);
  expect(own.teams.map(({ team }) => team)).toEqual(["team-02"]);
  expect(own.lines.map(({ count, teams }) => ({ count, teams }))).toEqual(
    estimate.lines.map(() => ({ count: 1, teams: ["team-02"] })),
  );
  expect(own.byState.running.perHour).toEqual(estimate.teams[1]?.perHour.running);
  expect(own.calendar?.total).toEqual(estimate.teams[1]?.total);
  // Behind Bastion both share it and a gateway, each with an address.
  const inside = planOf("lab", cloudLab([{ ...AZURE, bastion: true, allowedCidrs: [] }]));
  const shared = estimateOfTeams(inside, estimateCost(inside), ["team-01"]).lines;
  expect(shared.filter((line) => line.shared).map(({ count }) => count)).toEqual([0.5, 0.5, 0.5, 0.5]);
});

test("no team means all of them, unchanged", () => {
  expect(estimateOfTeams(plan, estimate, [])).toBe(estimate);
});

test("what is yet to come is all before the lab is made, less as time goes on, and nothing once it should be gone", () => {
  const total = estimate.calendar?.total;
  expect(costFrom(plan, estimate, BEFORE)).toEqual(total);
  const left = costFrom(plan, estimate, BETWEEN);
  // From 15:00 on the 18th in Tokyo: stopped for 17.5 h, 4 h of lesson with warm-up and extension (0.57262), 5.5 h stopped, then disk and addresses for 30 h.
  expect(left?.usd).toBeCloseTo(17.5 * 0.02578 + 4 * 0.57262 + 5.5 * 0.02578 + 30 * 0.02578 + 2 * 0.114, 2);
  expect(costFrom(plan, estimate, "2027-01-20T15:00:00.000Z")).toEqual({ usd: 0, jpy: 0 });
  const { calendar: _calendar, ...rest } = { ...cloudLab([EC2]), calendar: CALENDAR };
  expect(costFrom(planOf("lab", rest), estimate, BEFORE)).toBeUndefined();
});

test("disks and addresses go on to bill while hosts are stopped", () => {
  expect(stillBilling(estimate).map(({ what, count }) => `${count} ${what.en}`)).toEqual([
    "2 disk of 60 GiB",
    "2 public IPv4 address",
  ]);
});

test("rates of less than a cent are told", () => {
  expect(formatRate({ usd: 0.005, jpy: 0.79 })).toBe("$0.0050 (¥0.79)");
  expect(formatRate({ usd: 1234.5, jpy: 193_816.5 })).toBe("$1,234.5000 (¥193,816.50)");
});

test("people read rates, what is to come, what bills, whose it is, and where each price is from", () => {
  const text = renderCost(plan, estimate, "en", BETWEEN);
  expect(text).toContain('Cost of lab "lab"\nCost (Estimate from list prices, not an offer');
  expect(text).toMatch(/^ {2}running, an hour +\$0\.57 /m);
  expect(text).toMatch(/^ {2}from now to teardown +\$3\.88 /m);
  expect(text).toMatch(/^ {2}host m8i\.xlarge, ap-northeast-1 +2 +\$0\.5468 \(¥[\d.]+\) +\$0\.0000 /m);
  expect(text).toMatch(/^ {2}team-02 +\$0\.2863 .*\$0\.0129 /m);
  expect(text).toMatch(/^ {2}2024-02-01 {2}Charges for public IPv4 addresses.*\(https:\/\//m);
  expect(renderCost(plan, estimate, "ja", BETWEEN)).toMatch(/^ {2}現在から撤去まで +\$3\.88 /m);
});

test("a lab that rents nothing says so, and a lab with something that has no price says that it is more", () => {
  const local = planOf("lab", { teams: 1 });
  expect(renderCost(local, estimateCost(local), "en", BEFORE)).toContain("nothing: no host is rented");
  const unknown = planOf("lab", cloudLab([{ ...EC2, instanceType: "m8i.48xlarge" }]));
  const text = renderCost(unknown, estimateCost(unknown), "en", BEFORE);
  expect(text).toMatch(/from now to teardown +at least \$/);
  expect(text).toContain("hosts m8i.48xlarge in ap-northeast-1: no price in the table");
});

test("the document has the same figures, with sources in full", () => {
  expect(costJson(plan, estimate, BETWEEN)).toMatchObject({
    schemaVersion: 1,
    lab: "lab",
    now: BETWEEN,
    complete: true,
    byState: estimate.byState,
    teams: estimate.teams,
    fromNow: costFrom(plan, estimate, BETWEEN),
    rates: expect.arrayContaining([
      expect.objectContaining({ count: 2, source: expect.objectContaining({ date: "2024-02-01" }) }),
    ]),
  });
});
