//! What is printed: results to standard output, everything else to standard error.

use crate::error::{Failure, Outcome, as_json, as_text, clean};
use serde::Serialize;
use std::io::{self, BufWriter, IsTerminal, Write};

/// How and how much this run prints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    quiet: bool,
    verbose: u8,
    json: bool,
}

impl Console {
    /// A console with these flags. `json` makes every message one JSON object on one line.
    pub(crate) const fn new(quiet: bool, verbose: u8, json: bool) -> Self {
        Self { quiet, verbose, json }
    }

    /// Whether results are wanted as JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Whether results are wanted in full.
    pub(crate) const fn is_verbose(&self) -> bool {
        self.verbose > 0
    }

    /// Prints a part of the result as it is; colours are stripped where they are not wanted.
    ///
    /// # Errors
    /// Standard output can't be written. If its reader went away the failure is a silent one, so `?` is
    /// right everywhere.
    pub(crate) fn print(&self, text: &str) -> Outcome<()> {
        let mut out = self.writer();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::stdout(&error))
    }

    /// Prints bytes that are no text with colours, such as a script.
    ///
    /// # Errors
    /// As [`Self::print`].
    pub(crate) fn print_bytes(&self, bytes: &[u8]) -> Outcome<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Failure::stdout(&error))
    }

    /// Prints a result as indented JSON.
    ///
    /// # Errors
    /// As [`Self::print`].
    pub(crate) fn print_json(&self, value: &impl Serialize) -> Outcome<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        serde_json::to_writer_pretty(&mut out, value)
            .map_err(io::Error::from)
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush())
            .map_err(|error| Failure::stdout(&error))
    }

    /// A buffered writer for long results. Flush it at the end, and map errors by [`Failure::stdout`].
    pub(crate) fn writer(&self) -> impl Write + use<> {
        BufWriter::new(anstream::AutoStream::auto(io::stdout()).lock())
    }

    /// Says on standard error what was done. Not with `--quiet`, nor with `--format json`.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet && !self.json {
            to_stderr(&format!("{}\n", clean(text)));
        }
    }

    /// Says on standard error what only `-v` wants to know; `level` is the number of `-v` needed.
    pub(crate) fn detail(&self, level: u8, text: &str) {
        if self.verbose >= level && !self.json {
            to_stderr(&format!("{}\n", clean(text)));
        }
    }

    /// Says how far long work has come, on a line that the next one replaces. Only to a person who waits at a terminal.
    pub(crate) fn progress(&self, text: &str) {
        if !self.quiet && !self.json && io::stderr().is_terminal() {
            // Back to the first column; what stood there goes.
            to_stderr(&format!("\r\x1b[K{}", clean(text)));
        }
    }

    /// Reports something that doesn't stop the verb.
    pub(crate) fn warn(&self, warning: Failure) {
        self.fail(&warning.warning());
    }

    /// Reports what stopped the verb. A reader of standard output that went away is no news.
    pub(crate) fn fail(&self, failure: &Failure) {
        if !failure.is_silent() {
            to_stderr(&if self.json { as_json(failure) } else { as_text(failure) });
        }
    }
}

/// In one piece, so that lines of parallel runs don't mix. If nobody reads it nothing can be done.
fn to_stderr(text: &str) {
    let mut err = anstream::AutoStream::auto(io::stderr()).lock();
    let _ = err.write_all(text.as_bytes());
}
