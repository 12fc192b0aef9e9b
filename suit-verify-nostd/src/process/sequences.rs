//! Directives that lead to other commands: set-component-index, try-each, run-sequence.

use suit_core::cbor::{Major, Reader};

use super::machine::{Flow, offset};
use super::memory::{Choice, Kind};
use super::{ProcessError, Processor};
use crate::platform::Platform;

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// M §8.4.10.1: one component by its index, all of them, or several in the order given.
    pub(super) fn set_component_index(&mut self, argument: &mut Reader<'a>) -> Result<Flow, ProcessError> {
        let choice = match argument.peek() {
            Some(Major::Uint) => Choice::One(self.target_of(self.frame.manifest, argument.uint()?)?),
            major => {
                let list = offset(argument);
                argument.item()?;
                if major == Some(Major::Array) { Choice::List(list) } else { Choice::All }
            }
        };
        self.choose(choice)?;
        Ok(Flow::Through)
    }

    /// Makes commands work on other targets from here on.
    pub(super) fn choose(&mut self, choice: Choice) -> Result<(), ProcessError> {
        self.frame.choice = choice;
        self.frame.target = self.chosen(0).ok_or(ProcessError::ComponentUnknown)?;
        Ok(())
    }

    /// M §8.4.10.2: runs sequences until one completes (P-115). Its frame remembers which comes next, so that the
    /// command is simply looked at again after one has failed.
    pub(super) fn try_each(&mut self, argument: &mut Reader<'a>) -> Result<Flow, ProcessError> {
        let alternatives = argument.array()?;
        // P-118, A-04: an exhausted list is the error of a directive.
        if u64::from(self.frame.alternative) >= alternatives {
            return Err(ProcessError::AlternativesExhausted);
        }
        for _ in 0..self.frame.alternative {
            argument.item()?;
        }
        // P-118: a final nil is success with nothing done.
        if argument.null() {
            return Ok(Flow::Next);
        }
        self.nest(argument, Kind::Alternative)
    }

    /// M §8.4.10.8, and one sequence of a try-each.
    pub(super) fn nest(&mut self, argument: &mut Reader<'a>, kind: Kind) -> Result<Flow, ProcessError> {
        let content = argument.wrapped()?;
        // P-103: nested sequences are run for each component by itself.
        self.push(&content, self.frame.manifest, kind, self.frame.target)?;
        Ok(Flow::Entered)
    }

    /// The target with this position among those that the present sequence has chosen, if there are so many.
    pub(super) fn chosen(&self, cursor: u8) -> Option<u8> {
        match self.frame.choice {
            Choice::One(target) => (cursor == 0).then_some(target),
            Choice::All => self.target_at(self.frame.manifest, cursor),
            Choice::List(at) => {
                let mut reader = self.reader(self.frame.manifest, at);
                if u64::from(cursor) >= reader.array().ok()? {
                    return None;
                }
                for _ in 0..cursor {
                    reader.uint().ok()?;
                }
                self.target_of(self.frame.manifest, reader.uint().ok()?).ok()
            }
        }
    }
}
