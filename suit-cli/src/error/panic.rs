//! Bugs end as one line and exit status 70, not as a backtrace.

use super::{Exit, clean};
use std::io::Write;
use std::panic::PanicHookInfo;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Half-written files. A panic ends the process without running destructors, so they are removed here.
static HALF_WRITTEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Remembers a temporary file that a panic has to remove.
pub(crate) fn remove_on_panic(file: PathBuf) {
    HALF_WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).push(file);
}

/// Forgets a temporary file that is finished or gone.
pub(crate) fn forget_on_panic(file: &std::path::Path) {
    HALF_WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| known != file);
}

/// From now on a panic removes half-written files, prints one report line, and exits with 70.
pub(crate) fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        // try_lock: the panic may have happened while the list was held.
        if let Ok(files) = HALF_WRITTEN.try_lock() {
            for file in files.iter() {
                let _ = std::fs::remove_file(file);
            }
        }
        let _ = std::io::stderr().write_all(report(info).as_bytes());
        std::process::exit(i32::from(Exit::Bug.status()));
    }));
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let what = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(|at| format!("{}:{}", file_name(at.file()), at.line()));
    report_line(what, &place.unwrap_or_else(|| "unknown place".to_owned()))
}

/// The source file without the directories of the machine that compiled it.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn report_line(what: &str, place: &str) -> String {
    format!(
        "error: this is a bug in suit {}: {} ({place}); please report this line at {}/issues\n",
        env!("CARGO_PKG_VERSION"),
        clean(what),
        env!("CARGO_PKG_REPOSITORY"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_one_clean_line() {
        let line = report_line("index\n\u{1b}[2J", "walk.rs:7");
        assert!(line.starts_with("error: this is a bug in suit 0."), "{line}");
        assert!(
            line.contains("index\\n\\u{1b}[2J (walk.rs:7); please report this line at https://"),
            "{line}"
        );
        assert_eq!(line.matches('\n').count(), 1);
    }

    /// The test runs itself once more as a process in which the bug happens.
    #[test]
    fn a_bug_ends_with_70_one_line_and_no_half_written_file() {
        const NAME: &str = "error::panic::tests::a_bug_ends_with_70_one_line_and_no_half_written_file";
        if let Some(file) = std::env::var_os("SUIT_TEST_BUG") {
            remove_on_panic(file.into());
            install_panic_hook();
            panic!("on purpose");
        }
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("half");
        std::fs::write(&file, "half").unwrap();
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env("SUIT_TEST_BUG", &file)
            .env("RUST_BACKTRACE", "full")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(70), "{said}");
        assert!(said.contains("this is a bug in suit") && said.contains("on purpose (panic.rs:"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(!file.exists());
    }

    #[test]
    fn no_directory_of_the_building_machine_is_shown() {
        assert_eq!(file_name("a/b/c.rs"), "c.rs");
        assert_eq!(file_name("C:\\a\\c.rs"), "c.rs");
    }
}
