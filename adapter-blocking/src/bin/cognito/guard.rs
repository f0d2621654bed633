//! The terminal after a signal. A prompt turns the echo off or hides the cursor, and a program that dies by a signal would
//! leave it so.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

const SHOW_CURSOR: &[u8] = b"\x1b[?25h";

/// From now on, a signal that ends the program puts the terminal back as it is now.
pub(crate) fn start() -> io::Result<()> {
    static IS_STARTED: AtomicBool = AtomicBool::new(false);
    if IS_STARTED.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let settings = tcgetattr(io::stdin())?;
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
    thread::spawn(move || signals.forever().for_each(|signal| end(signal, &settings)));
    Ok(())
}

/// Ends the program by the signal. Whether the terminal can still be put back makes no difference.
fn end(signal: i32, settings: &Termios) {
    let _ = tcsetattr(io::stdin(), OptionalActions::Flush, settings);
    let _ = io::stderr().write_all(SHOW_CURSOR);
    let _ = emulate_default_handler(signal);
}
