//! `suit tour`, as a newcomer runs it.

use std::process::{Command, Output};

fn suit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_suit")).args(arguments).output().expect("the binary was just built")
}

/// Every command line that the tour prints is run by it; each must end as the tour says, or the tour fails.
#[test]
fn the_tour_ends_well_and_its_files_stay() {
    let keep = tempfile::tempdir().expect("a temporary directory");
    let path = keep.path().to_str().expect("a name in UTF-8");
    let tour = suit(&["tour", "--keep", path]);
    let printed = String::from_utf8_lossy(&tour.stdout);
    assert_eq!(tour.status.code(), Some(0), "{printed}\n{}", String::from_utf8_lossy(&tour.stderr));
    for envelope in ["full", "module", "app"] {
        for verb in ["build", "sign", "inspect", "verify"] {
            assert!(
                printed.contains(&format!("$ suit {verb} {envelope}.")),
                "{verb} {envelope} is not in the tour"
            );
        }
        // Repeated by hand, the last step gives the same answer.
        let key = if envelope == "app" { "owner.pub" } else { "vendor.pub" };
        let file = |name: &str| keep.path().join(name).to_string_lossy().into_owned();
        let again = suit(&["verify", &file(&format!("{envelope}.suit")), "--trust", &file(key)]);
        assert_eq!(again.status.code(), Some(0));
    }
    assert!(printed.contains("$ suit simulate full."), "simulate is not in the tour");
    // The keys and files of the first tour are not overwritten by a second.
    let second = suit(&["tour", "--keep", path]);
    assert_eq!(second.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&second.stderr).starts_with("error[E0607]: "), "it says why");
}
