//! Which of many candidates has the smallest payload: all run for the first part of the new image, and those that are not far
//! behind for the next.
//!
//! What is given up depends on nothing but the candidates, so the winner is the same however many run at once.

use super::super::Error;
use super::super::header::Header;
use super::super::segments::Piece;
use super::Made;
use super::encode::Encoding;
use super::matching::Match;
use super::parallel;
use super::seeds::{is_large, narrow, wide};
use alloc::vec;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

/// Where candidates are compared, in 32nds of what differs, and by how many thousandths one may then cost more than the leader.
/// On the development corpus half of these margins still find what coding all candidates to the end does.
const ROUNDS: [(usize, usize); 5] = [(1, 200), (2, 150), (4, 100), (8, 60), (16, 40)];
/// So many bytes more are always allowed: a model must first learn.
const ALLOWED: usize = 128;
/// Steps that a race takes: the rounds, and to the end.
pub(super) const STEPS: usize = ROUNDS.len() + 1;

/// Places of the new image where candidates are compared.
pub(super) type Marks = [usize; ROUNDS.len()];

/// Puts the marks where the parts of what differs are: much of an image is mostly as it was, and costs nothing. `matches` are
/// those of the images as they are.
pub(super) fn marks((old, new): (&[u8], &[u8]), matches: &[Match]) -> Marks {
    let differing = |of: &Match| {
        let pairs = old.iter().skip(wide(of.old)).zip(new.iter().skip(wide(of.new))).zip(wide(of.new)..);
        pairs.take(wide(of.len)).filter(|((a, b), _)| a != b).map(|(_, at)| at)
    };
    let end = Match { new: narrow(new.len()), old: 0, len: 0 };
    let places = || {
        let ends = matches.iter().map(|of| wide(of.new) + wide(of.len));
        let each = matches.iter().chain([&end]).zip(core::iter::once(0).chain(ends));
        each.flat_map(|(of, literal)| (literal..wide(of.new)).chain(differing(of)))
    };
    let all = places().count();
    ROUNDS.map(|(part, _)| places().nth(all * part / 32).unwrap_or(0))
}

/// What might be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) header: Header,
    pub(super) pieces: Vec<Piece>,
}

/// The smallest payload so far.
pub(super) struct Winner {
    pub(super) made: Made,
    pub(super) candidate: Candidate,
    /// What it cost after each of the [`ROUNDS`].
    costs: [usize; ROUNDS.len()],
}

/// One that is still in the race.
struct Runner<'m> {
    number: usize,
    encoding: Encoding<'m>,
    costs: [usize; ROUNDS.len()],
}

/// The first smallest of `candidates`, if it is smaller than `best`; hears of each step that is done.
///
/// # Errors
/// What a decoder would say of a candidate.
pub(super) fn race(
    images: (&[u8], &[u8]),
    candidates: &[Candidate],
    marks: &Marks,
    best: Option<&Winner>,
    jobs: usize,
    mut step: impl FnMut(),
) -> Result<Option<Winner>, Error> {
    let mut memories: Vec<Vec<u8>> = candidates
        .iter()
        .map(|candidate| vec![0; usize::try_from(candidate.header.memory()).unwrap_or(usize::MAX)])
        .collect();
    let starts: Vec<_> = candidates.iter().enumerate().zip(&mut memories).collect();
    let running = parallel::each(
        jobs,
        starts,
        |((number, candidate), memory)| {
            let encoding = Encoding::begin(images, &candidate.header, &candidate.pieces, memory)?;
            Ok::<_, Error>(Runner { number, encoding, costs: [0; ROUNDS.len()] })
        },
        |_| (),
    );
    let mut running = running.into_iter().collect::<Result<Vec<_>, _>>()?;
    let new_size = images.1.len();
    // What is left averages out the more, the more there is.
    let strict = if is_large(new_size) { 4 } else { 1 };
    let smallest = best.map_or(usize::MAX, |best| best.made.payload.len());
    for (round, (until, (part, allowed))) in marks.iter().zip(ROUNDS).enumerate() {
        let left = parallel::each(
            jobs,
            running,
            |mut runner| {
                let goes_on = runner.encoding.run(*until, || smallest)?;
                if let Some(cost) = runner.costs.get_mut(round) {
                    *cost = runner.encoding.cost(part);
                }
                Ok::<_, Error>(Some(runner).filter(|_| goes_on))
            },
            |_| (),
        );
        let left: Vec<_> = left.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
        let cost_of = |costs: &[usize; ROUNDS.len()]| costs.get(round).copied().unwrap_or(0);
        let leader =
            left.iter().map(|runner| &runner.costs).chain(best.map(|best| &best.costs)).map(cost_of).min();
        let limit = leader.map_or(usize::MAX, |leader| leader + leader * allowed / strict / 1000 + ALLOWED);
        running = left.into_iter().filter(|runner| cost_of(&runner.costs) <= limit).collect();
        // Who leads first, so that the others are given up as early as can be.
        running.sort_by_key(|runner| (cost_of(&runner.costs), runner.number));
        step();
    }
    // Payloads of the same size all come to their end, so that the first one can be taken.
    let shortest = AtomicUsize::new(smallest);
    let finish = |mut runner: Runner<'_>| {
        if !runner.encoding.run(new_size, || shortest.load(Ordering::Relaxed))? {
            return Ok(None);
        }
        let (number, costs) = (runner.number, runner.costs);
        let payload = runner.encoding.finish();
        shortest.fetch_min(payload.len(), Ordering::Relaxed);
        Ok::<_, Error>(Some((payload, number, costs)))
    };
    let ended = parallel::each(jobs, running, finish, |_| ()).into_iter();
    let ended: Vec<_> = ended.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    step();
    let first = ended.into_iter().min_by_key(|(payload, number, _)| (payload.len(), *number));
    Ok(first.filter(|(payload, ..)| payload.len() < smallest).and_then(|(payload, number, costs)| {
        let candidate = candidates.get(number)?.clone();
        Some(Winner { made: Made { payload, header: candidate.header }, candidate, costs })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_where_something_differs() {
        let old = vec![7; 10_000];
        let mut new = old.clone();
        new[9_000..9_320].fill(8);
        let all = [Match { new: 0, old: 0, len: 10_000 }];
        assert_eq!(marks((&old, &new), &all), [9_010, 9_020, 9_040, 9_080, 9_160]);
        // The same bytes, as literals.
        let around = [Match { new: 0, old: 0, len: 9_000 }, Match { new: 9_320, old: 0, len: 680 }];
        assert_eq!(marks((&old, &new), &around), [9_010, 9_020, 9_040, 9_080, 9_160]);
        assert_eq!(marks((&old, &old), &all), [0; ROUNDS.len()]);
    }
}
