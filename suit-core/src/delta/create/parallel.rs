//! Several things at once, where there are cores for it.

use alloc::vec::Vec;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

/// Runs `work` on each of `tasks`, `jobs` of them at a time; the results in the order of the tasks. `done` hears on the calling
/// thread each time one is done.
///
/// Scoped threads of the standard library: what is shared here is a queue.
pub(super) fn each<T: Send, R: Send>(
    jobs: usize,
    tasks: Vec<T>,
    work: impl Fn(T) -> R + Sync,
    mut done: impl FnMut(&R),
) -> Vec<R> {
    let threads = jobs.min(tasks.len());
    let mut results: Vec<Option<R>> = tasks.iter().map(|_| None).collect();
    let mut put = |(number, result): (usize, R)| {
        done(&result);
        if let Some(place) = results.get_mut(number) {
            *place = Some(result);
        }
    };
    let queue = Mutex::new(tasks.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    if threads <= 1 {
        while let Some((number, task)) = next() {
            put((number, work(task)));
        }
    } else {
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..threads {
                let sender = sender.clone();
                let (next, work) = (&next, &work);
                scope.spawn(move || {
                    // The receiver outlives all senders, unless the calling thread panics.
                    while let Some((number, task)) = next()
                        && sender.send((number, work(task))).is_ok()
                    {}
                });
            }
            drop(sender);
            receiver.into_iter().for_each(&mut put);
        });
    }
    results.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_tasks() {
        for jobs in [0, 1, 2, 7, 1000] {
            let mut heard = 0;
            let squares = each(jobs, (0..100u32).collect(), |number| number * number, |_| heard += 1);
            assert_eq!((heard, squares), (100, (0..100).map(|number| number * number).collect()), "{jobs}");
        }
    }

    #[test]
    fn nothing_to_do() {
        assert_eq!(each(4, Vec::<u8>::new(), |number| number, |_| ()), []);
    }
}
