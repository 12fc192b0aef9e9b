//! Directives that lead to other commands: set-component-index, try-each, run-sequence.

use suit_core::cbor::{Major, Walked};

use super::machine::Flow;
use super::memory::{Choice, Frame, Kind};
use super::{ProcessError, Processor};
use crate::platform::Platform;

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// M §8.4.10.1: one component by its index, all of them, or several in the order given.
    pub(super) fn set_component_index(&mut self, argument: &mut Walked<'a>) -> Result<Flow, ProcessError> {
        let list = argument.offset();
        let choice = if argument.is(Major::Uint) {
            Choice::One(self.target_of(self.frame.manifest, argument.clone().number())?)
        } else if argument.is(Major::Array) {
            Choice::List(list)
        } else {
            Choice::All
        };
        argument.skip();
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
    pub(super) fn try_each(&mut self, argument: &mut Walked<'a>) -> Result<Flow, ProcessError> {
        let alternatives = argument.number();
        // P-118, A-04: an exhausted list is the error of a directive.
        if u64::from(self.frame.alternative) >= alternatives {
            return Err(ProcessError::AlternativesExhausted);
        }
        for _ in 0..self.frame.alternative {
            argument.skip();
        }
        // P-118: a final nil is success with nothing done. It is the last item, so what follows is the next command.
        if argument.is(Major::Simple) {
            argument.skip();
            return Ok(Flow::Next);
        }
        self.nest(argument, Kind::Alternative)
    }

    /// M §8.4.10.8, and one sequence of a try-each.
    pub(super) fn nest(&mut self, argument: &mut Walked<'a>, kind: Kind) -> Result<Flow, ProcessError> {
        let content = argument.wrapped();
        // P-103: nested sequences are run for each component by itself.
        let Frame { manifest, section, target, .. } = self.frame;
        #[cfg(feature = "report")]
        let base = self.frame.base;
        self.push(
            content,
            Frame {
                manifest,
                kind,
                section,
                target,
                #[cfg(feature = "report")]
                base,
                ..Frame::NONE
            },
        )?;
        // P-116: true in each sequence of a try-each; P-119: false in a run-sequence.
        self.frame.soft = kind == Kind::Alternative;
        Ok(Flow::Entered)
    }

    /// The target with this position among those that the present sequence has chosen, if there are so many.
    pub(super) fn chosen(&self, cursor: u8) -> Option<u8> {
        let manifest = self.frame.manifest;
        match self.frame.choice {
            Choice::One(target) => (cursor == 0).then_some(target),
            Choice::All => self.target_at(manifest, cursor),
            Choice::List(at) => {
                let mut list = self.cursor(manifest, at);
                if u64::from(cursor) >= list.number() {
                    return None;
                }
                for _ in 0..cursor {
                    list.number();
                }
                self.target_of(manifest, list.number()).ok()
            }
        }
    }
}
