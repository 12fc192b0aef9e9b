//! Directives that lead to other commands: set-component-index, try-each, run-sequence.

use suit_core::cbor::{Major, Reader};

use super::machine::{Flow, offset};
use super::memory::{Choice, Frame, Kind};
use super::{ProcessError, Processor};
use crate::platform::Platform;

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// M §8.4.10.1: one component by its index, all of them, or several in the order given.
    pub(super) fn set_component_index(
        &mut self,
        argument: Reader<'a>,
        manifest: u8,
    ) -> Result<Flow<'a>, ProcessError> {
        let mut reader = argument;
        let choice = match reader.peek() {
            Some(Major::Uint) => Choice::One(self.target_of(manifest, reader.uint()?)?),
            Some(Major::Array) => Choice::List(offset(&reader)),
            _ => Choice::All,
        };
        if let Some(top) = self.top_mut() {
            top.choice = choice;
        }
        Ok(Flow::Through)
    }

    /// M §8.4.10.2: runs sequences until one completes (P-115). Its frame remembers which comes next, so that the
    /// command is simply looked at again after one has failed.
    pub(super) fn try_each(
        &mut self,
        argument: Reader<'a>,
        target: u8,
        frame: &Frame,
    ) -> Result<Flow<'a>, ProcessError> {
        let mut reader = argument;
        let alternatives = reader.array()?;
        // P-118, A-04: an exhausted list is the error of a directive.
        if u64::from(frame.alternative) >= alternatives {
            return Err(ProcessError::AlternativesExhausted);
        }
        for _ in 0..frame.alternative {
            reader.item()?;
        }
        // P-118: a final nil is success with nothing done.
        if reader.null() {
            return Ok(Flow::Next);
        }
        // P-103: nested sequences are run for each component by itself.
        self.push(reader.wrapped()?, frame.manifest, Kind::Alternative, Choice::One(target))?;
        Ok(Flow::Entered)
    }

    /// M §8.4.10.8.
    pub(super) fn run_sequence(
        &mut self,
        argument: Reader<'a>,
        target: u8,
        manifest: u8,
    ) -> Result<Flow<'a>, ProcessError> {
        let mut reader = argument;
        self.push(reader.wrapped()?, manifest, Kind::Run, Choice::One(target))?;
        Ok(Flow::Entered)
    }

    /// The target with this position among those that a sequence has chosen.
    ///
    /// # Errors
    /// If there are not so many.
    pub(super) fn chosen(&self, frame: &Frame, cursor: u8) -> Result<u8, ProcessError> {
        match frame.choice {
            Choice::One(target) if cursor == 0 => Ok(target),
            Choice::One(_) => Err(ProcessError::NotExpected),
            Choice::All => self.target_at(frame.manifest, cursor),
            Choice::List(at) => {
                let mut reader = self.reader(frame.manifest, at);
                let count = reader.array()?;
                if u64::from(cursor) >= count {
                    return Err(ProcessError::NotExpected);
                }
                for _ in 0..cursor {
                    reader.uint()?;
                }
                self.target_of(frame.manifest, reader.uint()?)
            }
        }
    }
}
