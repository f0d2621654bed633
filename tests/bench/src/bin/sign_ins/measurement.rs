use std::fs::read_to_string;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Outcome;

/// Linux reports the processor time of a process in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// A count of sign-ins, with their elapsed time and processor time.
pub(crate) struct Measurement {
    started: Instant,
    processor_seconds: f64,
    limit: Duration,
    sign_ins: AtomicU64,
}

impl Measurement {
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    pub(crate) fn begin(limit: Duration) -> Outcome<Self> {
        let processor_seconds = processor_seconds()?;
        Ok(Self { started: Instant::now(), processor_seconds, limit, sign_ins: AtomicU64::new(0) })
    }

    /// Counts one sign-in, and returns whether the time limit has passed.
    pub(crate) fn count_and_check_limit(&self) -> bool {
        self.sign_ins.fetch_add(1, Ordering::Relaxed);
        self.started.elapsed() >= self.limit
    }

    pub(crate) fn report(&self) -> Outcome<()> {
        let line = json!({
            "sign_ins": self.sign_ins.load(Ordering::Relaxed),
            "seconds": self.started.elapsed().as_secs_f64(),
            "processor_seconds": processor_seconds()? - self.processor_seconds,
        });
        println!("{line}");
        Ok(())
    }
}

/// Returns the processor time that all threads of this process have used so far, in seconds.
fn processor_seconds() -> Outcome<f64> {
    let status = read_to_string("/proc/self/stat")?;
    // The fields after the program's name are the state, ten others, the user time and the system time.
    let (_, fields) = status.rsplit_once(')').ok_or("/proc/self/stat does not contain the program's name")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS_PER_SECOND)
}
