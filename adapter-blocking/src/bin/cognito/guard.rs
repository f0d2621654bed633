//! Restores the terminal after a signal.
//!
//! A prompt turns off the echo or hides the cursor. If a signal ends the program during a prompt, this module
//! turns on the echo and shows the cursor again.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::process::getpgrp;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

const SHOW_CURSOR: &[u8] = b"\x1b[?25h";
const FATAL_SIGNALS: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// Saves the settings of the terminal, and restores them when a signal ends the program.
pub(crate) fn start() -> io::Result<()> {
    static IS_STARTED: AtomicBool = AtomicBool::new(false);
    if IS_STARTED.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let settings = tcgetattr(io::stdin())?;
    // If the program runs in the background, the next line stops the program, as a prompt would. The signal
    // handlers are not installed yet, so a signal can still end the stopped program.
    tcsetattr(io::stdin(), OptionalActions::Now, &settings)?;
    let is_ending = Arc::new(AtomicBool::new(false));
    for signal in FATAL_SIGNALS {
        // A second signal ends the program immediately, even if the terminal is not restored yet.
        flag::register_conditional_default(signal, Arc::clone(&is_ending))?;
        flag::register(signal, Arc::clone(&is_ending))?;
    }
    let mut signals = Signals::new(FATAL_SIGNALS)?;
    thread::spawn(move || signals.forever().for_each(|signal| end_by_signal(signal, &settings)));
    Ok(())
}

/// Restores the terminal, and then ends the program with the signal's default action.
///
/// The program ends even if the terminal cannot be restored. If this program runs in the background, another
/// program uses the terminal, so this function does not change the terminal.
fn end_by_signal(signal: i32, settings: &Termios) {
    if tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp()) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, settings);
        let _ = io::stderr().write_all(SHOW_CURSOR);
    }
    let _ = emulate_default_handler(signal);
}
