//! The terminal after a signal. A prompt turns the echo off or hides the cursor, and a program that dies by a signal would
//! leave it so.

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
const ENDINGS: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// From now on, a signal that ends the program puts the terminal back as it is now.
pub(crate) fn start() -> io::Result<()> {
    static IS_STARTED: AtomicBool = AtomicBool::new(false);
    if IS_STARTED.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let settings = tcgetattr(io::stdin())?;
    // In the background this stops the program, as the prompt would, while a signal still ends it without this thread.
    tcsetattr(io::stdin(), OptionalActions::Now, &settings)?;
    let is_ending = Arc::new(AtomicBool::new(false));
    for signal in ENDINGS {
        // The second one ends the program in any case.
        flag::register_conditional_default(signal, Arc::clone(&is_ending))?;
        flag::register(signal, Arc::clone(&is_ending))?;
    }
    let mut signals = Signals::new(ENDINGS)?;
    thread::spawn(move || signals.forever().for_each(|signal| end(signal, &settings)));
    Ok(())
}

/// Ends the program by the signal. Whether the terminal can still be put back makes no difference; in the background it is
/// another program's.
fn end(signal: i32, settings: &Termios) {
    if tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp()) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, settings);
        let _ = io::stderr().write_all(SHOW_CURSOR);
    }
    let _ = emulate_default_handler(signal);
}
