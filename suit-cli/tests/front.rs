//! What every verb has in common, seen from outside: exit statuses, streams, forms of messages.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn suit(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_suit"));
    command.args(arguments).env_remove("SUIT_FORMAT").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

fn run(arguments: &[&str]) -> (Output, String, String) {
    let output = suit(arguments).output().expect("the tool was built");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("messages are text");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    (output, out, err)
}

#[test]
fn help_and_version_go_to_standard_output() {
    for flag in ["--help", "-h", "--version"] {
        let (output, out, err) = run(&[flag]);
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""));
        assert!(out.contains("suit"), "{out}");
    }
    let (output, out, err) = run(&[]);
    assert_eq!((output.status.code(), out.as_str()), (Some(2), ""));
    assert!(err.contains("Usage: suit"), "{err}");
}

#[test]
fn every_verb_explains_itself_with_an_example() {
    let (_, help, _) = run(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let verbs: Vec<_> =
        list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")).collect();
    assert!(verbs.len() >= 2, "{help}");
    for line in verbs {
        let verb = line.split_whitespace().next().unwrap();
        let (output, out, _) = run(&[verb, "--help"]);
        assert_eq!(output.status.code(), Some(0), "{verb}");
        assert!(out.contains("Example") && out.contains(&format!("  suit {verb}")), "{verb}: {out}");
    }
}

#[test]
fn usage_errors_have_status_2_and_the_one_form() {
    let (output, out, err) = run(&["man", "--colour", "never"]);
    assert_eq!((output.status.code(), out.as_str()), (Some(2), ""));
    assert!(err.starts_with("error[E0099]: unexpected argument '--colour' found\n"), "{err}");
    assert!(err.ends_with("help: a similar argument exists: '--color'\n"), "{err}");
}

#[test]
fn messages_are_json_where_json_is_asked_for() {
    for mut command in [suit(&["nonsense", "--format", "json"]), {
        let mut command = suit(&["nonsense"]);
        command.env("SUIT_FORMAT", "json");
        command
    }] {
        let output = command.output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(
            err.starts_with("{\"format\":\"suit-message/1\",\"level\":\"error\",\"code\":\"E0099\","),
            "{err}"
        );
        assert_eq!(err.matches('\n').count(), 1, "{err}");
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let escapes = |arguments: &[&str]| run(arguments).2.contains('\u{1b}');
    assert!(!escapes(&["man", "nonsense"]));
    assert!(!escapes(&["man", "nonsense", "--color", "never"]));
    assert!(escapes(&["man", "nonsense", "--color", "always"]));
}

#[test]
fn a_reader_that_goes_away_is_no_news() {
    let mut child =
        suit(&["completions", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(141), ""));
}

#[test]
fn a_full_disk_is_an_output_error() {
    if !Path::new("/dev/full").exists() {
        println!("skipped: no /dev/full here");
        return;
    }
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = suit(&["completions", "zsh"]).stdout(full).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{err}");
    assert_eq!(err, "error[E0603]: can't write to standard output: no space left\n");
}

#[test]
fn manual_pages_are_written_whole_into_a_directory() {
    let directory = std::env::temp_dir().join(format!("suit-front-{}", std::process::id()));
    let (output, out, err) = run(&["man", "--dir", directory.to_str().unwrap()]);
    let names: Vec<_> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!((output.status.code(), out.as_str(), err.as_str()), (Some(0), "", ""));
    assert!(names.contains(&"suit.1".to_owned()) && names.contains(&"suit-man.1".to_owned()), "{names:?}");
    assert!(names.iter().all(|name| name.ends_with(".1")), "{names:?}");
}
