// Loaded by `node --require`: this process's wall clock jumps an hour ahead after two seconds, and two hours back five
// seconds later, as when a laptop wakes up or the time is set by the network. Timers and performance.now() go on.
const REAL = Date;
const HOUR = 3_600_000;

/** Milliseconds by which the clock is wrong just now. */
const offset = () => {
  const age = performance.now();
  if (age < 2000) return 0;
  return age < 7000 ? HOUR : -HOUR;
};

class JumpingDate extends REAL {
  constructor(...args) {
    super(...(args.length === 0 ? [REAL.now() + offset()] : args));
  }

  static now() {
    return REAL.now() + offset();
  }
}

global.Date = JumpingDate;
