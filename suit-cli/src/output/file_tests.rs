//! Tests of [`super`]: what is in a directory after success, failure, and refusal.

use super::*;
use std::fs;

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn fails(outcome: Outcome<Output>) -> Failure {
    outcome.map(|_| ()).expect_err("refused")
}

#[test]
fn a_file_appears_at_the_end_and_not_before() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.suit");
    let mut output = Output::binary(&Target::from(path.as_path())).unwrap();
    output.put(b"half").unwrap();
    assert!(!path.exists());
    output.finish_with(b" and half").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"half and half");
    assert_eq!(names(directory.path()), ["out.suit"]);
}

#[test]
fn nothing_is_left_of_an_output_that_was_not_finished() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.suit");
    fs::write(&path, "old").unwrap();
    let mut output = Output::binary(&Target::from(path.as_path())).unwrap();
    output.put(b"new").unwrap();
    drop(output);
    assert_eq!(names(directory.path()), ["out.suit"]);
    assert_eq!(fs::read(&path).unwrap(), b"old");
}

#[test]
fn an_input_is_replaced_in_place_only() {
    let directory = tempfile::tempdir().unwrap();
    let input = directory.path().join("in.suit");
    let other_name = directory.path().join("link.suit");
    fs::write(&input, "old").unwrap();
    fs::hard_link(&input, &other_name).unwrap();
    let failure = fails(Output::plan().reading(&input).open(&Target::from(other_name.as_path())));
    assert_eq!(failure.number(), 605);
    assert_eq!(failure.status(), crate::error::Exit::Refused);
    let output = Output::plan().reading(&input).in_place(true).open(&Target::from(input.as_path())).unwrap();
    output.finish_with(b"new").unwrap();
    assert_eq!(fs::read(&input).unwrap(), b"new");
}

#[test]
fn what_has_to_stay_stays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key.pem");
    let target = Target::from(path.as_path());
    let late = Output::plan().private().open(&target).unwrap();
    Output::plan().private().open(&target).unwrap().finish_with(b"first").unwrap();
    assert_eq!(fails(Output::plan().private().open(&target)).number(), 607);
    assert_eq!(late.finish_with(b"second").expect_err("refused").number(), 607);
    assert_eq!(fs::read(&path).unwrap(), b"first");
    assert_eq!(names(directory.path()), ["key.pem"]);
}

#[test]
fn directories_and_missing_directories_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let failure = fails(Output::binary(&Target::from(directory.path())));
    assert_eq!(failure.number(), 602);
    assert_eq!(failure.message(), format!("can't write '{}': it is a directory", directory.path().display()));
    let path = directory.path().join("no/such/out.suit");
    let failure = fails(Output::binary(&Target::from(path.as_path())));
    assert_eq!(failure.message(), format!("can't write '{}': no such file or directory", path.display()));
    assert_eq!(failure.status(), crate::error::Exit::Output);
}

#[test]
fn dash_is_standard_output() {
    assert_eq!(Target::from(PathBuf::from("-")), Target::Stdout);
    assert_eq!(Target::from(PathBuf::from("./-")), Target::File("./-".into()));
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn permissions_are_kept_and_secrets_are_private() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        Output::binary(&Target::from(path.as_path())).unwrap().finish_with(b"x").unwrap();
        assert_eq!(mode(&path), 0o640);
        let secret = directory.path().join("b");
        Output::plan().private().open(&Target::from(secret.as_path())).unwrap().finish_with(b"x").unwrap();
        assert_eq!(mode(&secret), 0o600);
        // A new file is as open as one that the standard library makes.
        let (ours, theirs) = (directory.path().join("c"), directory.path().join("d"));
        Output::binary(&Target::from(ours.as_path())).unwrap().finish_with(b"x").unwrap();
        fs::write(&theirs, "x").unwrap();
        assert_eq!(mode(&ours), mode(&theirs));
    }

    #[test]
    fn a_link_stays_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "old").unwrap();
        symlink("file", &link).unwrap();
        Output::binary(&Target::from(link.as_path())).unwrap().finish_with(b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }

    #[test]
    fn a_device_stays_a_device() {
        use std::os::unix::fs::FileTypeExt;
        let null = Path::new("/dev/null");
        Output::binary(&Target::from(null)).unwrap().finish_with(b"gone").unwrap();
        assert!(fs::metadata(null).unwrap().file_type().is_char_device());
    }
}
