//! Many mutants on all processors: mutant n is the same in every run, a panic is noted, and what hangs is named.

use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::time::Instant;

use super::mutate::Random;

/// A mutant that takes longer than this hangs: the usual one takes less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sums up what became of mutants.
pub(crate) trait Tally: Default + Send {
    fn add(&mut self, other: &Self);
}

/// How many mutants: `MUTANTS`, or what CI can afford.
pub(crate) fn number(usual: u64) -> u64 {
    std::env::var("MUTANTS").map_or(usual, |text| text.parse().expect("MUTANTS is a number"))
}

/// Makes so many mutants and tells what became of them.
///
/// # Panics
/// If one did, with the first of those that did.
pub(crate) fn crowd<T: Tally>(number: u64, make: impl Fn(u64, &mut Random, &mut T) + Sync) -> T {
    let (next, done) = (AtomicU64::new(0), AtomicBool::new(false));
    let total = Mutex::new(T::default());
    let failures = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    let working: Vec<_> = (0..threads).map(|_| Mutex::new(None::<(u64, Instant)>)).collect();
    let from = Instant::now();
    std::panic::set_hook(Box::new(|_| ()));
    std::thread::scope(|scope| {
        let workers: Vec<_> = working
            .iter()
            .map(|mine| {
                let (make, next, total, failures) = (&make, &next, &total, &failures);
                scope.spawn(move || {
                    let mut tally = T::default();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= number {
                            break;
                        }
                        *mine.lock().unwrap() = Some((index, Instant::now()));
                        let mut random = Random::new(index);
                        let result = catch_unwind(AssertUnwindSafe(|| make(index, &mut random, &mut tally)));
                        if let Err(panic) = result {
                            let text = panic.downcast_ref::<String>().cloned();
                            let text = text.or(panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                            failures.lock().unwrap().push((index, text.unwrap_or_default()));
                        }
                    }
                    *mine.lock().unwrap() = None;
                    total.lock().unwrap().add(&tally);
                })
            })
            .collect();
        // A mutant that never ends can't be stopped, only named.
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for mine in &working {
                    let state = *mine.lock().unwrap();
                    if let Some((index, since)) = state
                        && since.elapsed() > PATIENCE
                    {
                        eprintln!("mutant {index} hangs");
                        std::process::exit(1);
                    }
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        done.store(true, Ordering::Relaxed);
    });
    let _ = std::panic::take_hook();
    println!("{number} mutants in {:.1} s", from.elapsed().as_secs_f64());
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} mutants, the first: {:#?}",
        failures.len(),
        &failures[..failures.len().min(10)]
    );
    total.into_inner().unwrap()
}
