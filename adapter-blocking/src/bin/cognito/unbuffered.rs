//! Reads input without leaving a copy of the input in memory.
//!
//! The standard library reads standard input through a buffer, which keeps the last input until the program
//! ends. This module reads into memory that is zeroized.

use std::io::{self, Stdin, Write};

use cognito_blocking::secret::Parameter;
use rustix::io::{Errno, read};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// The maximum length of a line, in bytes. A line that the user types at a terminal is always shorter.
const MAX_BYTES: usize = 65_536;

/// Reads the next line of standard input, without its line break. Returns `None` at the end of the input.
///
/// # Errors
///
/// Returns an error of the kind `InvalidData` if the line is not UTF-8 or is longer than 65,536 bytes.
pub(crate) fn read_line() -> io::Result<Option<Parameter>> {
    let stdin = io::stdin();
    // Large enough from the start, because a buffer that grows leaves its old contents in memory.
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
    let mut byte = Zeroizing::new([0_u8]);
    loop {
        match read(&stdin, &mut *byte) {
            Ok(0) if line.is_empty() => return Ok(None),
            Ok(0) => break,
            Ok(_) if *byte == *b"\n" => break,
            Ok(_) if line.len() == MAX_BYTES => return Err(io::ErrorKind::InvalidData.into()),
            Ok(_) => line.extend_from_slice(&*byte),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let line = std::str::from_utf8(&line).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    Ok(Some(Parameter::from(line.trim_end_matches('\r'))))
}

/// Shows a prompt, and reads a line from the terminal without showing what the user types. Shows the prompt
/// again after an empty line.
///
/// # Errors
///
/// Returns an error of the kind `UnexpectedEof` if the user ends the input, for example with Ctrl-D.
pub(crate) fn ask_hidden(prompt: &str) -> io::Result<Parameter> {
    let _hidden = HiddenInput::start()?;
    loop {
        write!(io::stderr(), "{prompt}: ")?;
        let line = read_line()?;
        // The terminal does not show the line break that the user types.
        writeln!(io::stderr())?;
        match line {
            Some(line) if !line.is_empty() => return Ok(line),
            Some(_) => {}
            None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the input has ended")),
        }
    }
}

/// A guard that hides what the user types at the terminal, until the guard is dropped.
struct HiddenInput {
    stdin: Stdin,
    settings: Termios,
}

impl HiddenInput {
    fn start() -> io::Result<Self> {
        let stdin = io::stdin();
        let settings = tcgetattr(&stdin)?;
        let mut hidden = settings.clone();
        hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
        tcsetattr(&stdin, OptionalActions::Flush, &hidden)?;
        Ok(Self { stdin, settings })
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        // There is nobody to report a failure to: the terminal is gone.
        let _ = tcsetattr(&self.stdin, OptionalActions::Now, &self.settings);
    }
}
