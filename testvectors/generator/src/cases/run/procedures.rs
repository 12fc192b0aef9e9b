//! Which sections run in which procedure, in which order, and what is looked at before any of them.

use super::{
    CLASS, Group, IMAGE, OLD, URI, VENDOR, act, act_here, board, check, check_here, compatible, device,
    identity, index, install, manifest, path, put, seq, signed, write,
};
use crate::case::{Case, member};
use crate::draft::{Draft, SHA_256};
use crate::map;
use crate::node::{Node, bytes, uint};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{invocation, rehearsal, trace, uninstall, update};

const GROUP: Group = Group("run-procedures");

/// Every section writes its name.
fn sections() -> Vec<Case> {
    let shared = || Some(seq([put(map! { p::CLASS => bytes(CLASS) }), check(c::CLASS)]));
    let every = manifest(
        &["main"],
        shared(),
        [
            (m::VALIDATE, seq([write("validate")])),
            (m::LOAD, seq([write("load")])),
            (m::INVOKE, seq([write("invoke"), act(c::INVOKE)])),
            (m::DEPENDENCY_RESOLUTION, seq([write("dependency-resolution")])),
            (m::PAYLOAD_FETCH, seq([write("payload-fetch")])),
            (m::CANDIDATE_VERIFICATION, seq([write("candidate-verification")])),
            (m::INSTALL, seq([write("install")])),
            (m::UNINSTALL, seq([write("uninstall")])),
        ],
    );
    let shown = |trace: crate::run::Trace, name: &str| {
        trace.holds("class-identifier", "main").write("main", name.as_bytes())
    };
    let in_order = |names: &[&str]| names.iter().fold(trace(), |trace, name| shown(trace, name));
    let only = |key, commands| manifest(&["main"], shared(), [(key, commands)]);
    vec![
        GROUP.play(
            "order",
            "M 8.4.6, TD 5.5, P-173",
            "every section, behind the shared sequence, in the order of its procedure",
            every,
            board(&["main"]),
            [
                update().leaves("main", b"validate").does(
                    in_order(&[
                        "dependency-resolution",
                        "payload-fetch",
                        "candidate-verification",
                        "install",
                        "validate",
                    ])
                    .floor(3),
                ),
                invocation()
                    .leaves("main", b"invoke")
                    .does(in_order(&["validate", "load", "invoke"]).invoke("main", b"invoke")),
                uninstall().leaves("main", b"uninstall").does(in_order(&["uninstall"])),
            ],
        ),
        GROUP.play(
            "absent-sections",
            "A-23",
            "the shared sequence runs for the one section that is there, and for no other",
            only(m::INSTALL, seq([write("install")])),
            board(&["main"]),
            [update().leaves("main", b"install").does(in_order(&["install"]).floor(3))],
        ),
        GROUP.play(
            "nothing-to-do",
            "A-23, P-076",
            "the manifest has no section of the procedure",
            only(m::INSTALL, seq([write("install")])),
            board(&["main"]),
            [invocation().refused("NothingToDo", ""), uninstall().refused("NothingToDo", "")],
        ),
        GROUP.play(
            "nothing-started",
            "P-076",
            "an invocation that starts nothing has failed",
            only(m::LOAD, seq([write("load")])),
            board(&["main"]),
            [invocation().leaves("main", b"load").does(in_order(&["load"])).refused("NothingInvoked", "")],
        ),
        GROUP.play(
            "shared-fails",
            "P-045, P-071",
            "a condition of the shared sequence fails: no section is entered",
            manifest(
                &["main"],
                Some(seq([put(map! { p::CLASS => bytes(CLASS) }), check_here(c::CLASS)])),
                [(m::PAYLOAD_FETCH, seq([write("never")])), (m::INSTALL, seq([write("never")]))],
            ),
            device(&["main"]).vendor(VENDOR),
            [update().does(trace().fails("class-identifier", "main")).fails(
                "ConditionFailed",
                "class-identifier",
                "common",
                "main",
            )],
        ),
        GROUP.play(
            "section-fails",
            "P-071, P-075",
            "a condition of a section fails: the ones behind it don't run, and the floor stays",
            manifest(
                &["main"],
                None,
                [
                    (m::PAYLOAD_FETCH, seq([write("1"), check_here(c::ABORT)])),
                    (m::INSTALL, seq([write("never")])),
                ],
            ),
            board(&["main"]),
            [update().leaves("main", b"1").does(trace().write("main", b"1").fails("abort", "main")).fails(
                "ConditionFailed",
                "abort",
                "payload-fetch",
                "main",
            )],
        ),
        GROUP.play(
            "parameters-across-sections",
            "P-042",
            "what one section has set is set in the next",
            manifest(
                &["main"],
                None,
                [
                    (m::PAYLOAD_FETCH, seq([put(map! { p::CONTENT => bytes("x") })])),
                    (m::INSTALL, seq([act(c::WRITE)])),
                ],
            ),
            board(&["main"]),
            [update().leaves("main", b"x").does(trace().write("main", b"x").floor(3))],
        ),
        GROUP.play(
            "parameters-across-procedures",
            "P-042",
            "what the update has set is not set in the invocation",
            manifest(
                &["main"],
                None,
                [(m::INSTALL, seq([write("x")])), (m::INVOKE, seq([act_here(c::WRITE)]))],
            ),
            board(&["main"]),
            [
                update().leaves("main", b"x").does(trace().write("main", b"x").floor(3)),
                invocation().fails("ParameterUnset", "content", "invoke", "main"),
            ],
        ),
        GROUP.play(
            "index-across-sections",
            "P-104",
            "a section begins with the index that it chooses, whatever the last one chose",
            manifest(
                &["a", "b"],
                None,
                [(m::PAYLOAD_FETCH, seq([index(1), write("1")])), (m::INSTALL, seq([index(0), write("2")]))],
            ),
            board(&["a", "b"]),
            [update()
                .leaves("b", b"1")
                .leaves("a", b"2")
                .does(trace().write("b", b"1").write("a", b"2").floor(3))],
        ),
    ]
}

/// One component, with the sections of an update and of an invocation.
fn firmware() -> Node {
    manifest(
        &["main"],
        Some(seq([put(identity(IMAGE)), compatible()])),
        [
            (m::INSTALL, seq([put(map! { p::URI => URI }), act(c::FETCH), check(c::IMAGE_MATCH)])),
            (m::VALIDATE, seq([check(c::IMAGE_MATCH)])),
            (m::INVOKE, seq([act(c::INVOKE)])),
        ],
    )
}

/// Who is it for, and what was there before.
fn attacks() -> Vec<Case> {
    let wrong = |code: fn(i64) -> Vec<Node>, class: fn(i64) -> Vec<Node>| {
        manifest(
            &["main"],
            Some(seq([put(identity(IMAGE)), code(c::VENDOR), class(c::CLASS)])),
            [(m::INSTALL, seq([put(map! { p::URI => URI }), act(c::FETCH), check(c::IMAGE_MATCH)]))],
        )
    };
    let another = || device(&["main"]).holding("main", OLD).serving(URI, IMAGE);
    let mut checked = firmware();
    *checked.key(m::INSTALL) = seq([put(map! { p::URI => URI }), act(c::FETCH), check_here(c::IMAGE_MATCH)]);
    let mut validated = firmware();
    *validated.key(m::VALIDATE) = seq([check_here(c::IMAGE_MATCH)]);
    vec![
        GROUP.play(
            "another-vendor",
            "P-045, P-078, req SEC-COMPATIBLE, threat IMG-INCOMPATIBLE",
            "another vendor's device asks for nothing and keeps what it has",
            wrong(check_here, check),
            another().class(CLASS),
            [update().does(trace().fails("vendor-identifier", "main")).fails(
                "ConditionFailed",
                "vendor-identifier",
                "common",
                "main",
            )],
        ),
        GROUP.play(
            "another-class",
            "P-045, P-078, req SEC-COMPATIBLE, threat IMG-INCOMPATIBLE",
            "another product of the vendor asks for nothing and keeps what it has",
            wrong(check, check_here),
            another().vendor(VENDOR),
            [update()
                .does(trace().holds("vendor-identifier", "main").fails("class-identifier", "main"))
                .fails("ConditionFailed", "class-identifier", "common", "main")],
        ),
        GROUP.play(
            "replaced-image",
            "P-079, P-076, threat NET-ONPATH, threat IMG-NON_AUTH",
            "another image of the same length comes from the URI: refused after it was stored",
            checked,
            board(&["main"]).serving(URI, &[0x55; IMAGE.len()]),
            [update()
                .leaves("main", &[0x55; IMAGE.len()])
                .does(
                    trace()
                        .compatible("main")
                        .get("main", URI)
                        .fetch("main", &[0x55; IMAGE.len()])
                        .fails("image-match", "main"),
                )
                .fails("ConditionFailed", "image-match", "install", "main")],
        ),
        GROUP.play(
            "replaced-image-not-started",
            "P-045, P-079, threat IMG-REPLACE, req SEC-AUTH-EXEC",
            "somebody has changed what was installed: it isn't started",
            validated,
            board(&["main"]).holding("main", &[0x55; IMAGE.len()]),
            [invocation().does(trace().compatible("main").fails("image-match", "main")).fails(
                "ConditionFailed",
                "image-match",
                "validate",
                "main",
            )],
        ),
        GROUP.play(
            "component-unknown",
            "P-009, P-041, threat IMG-LOCATION, req SEC-AUTH-IMG_LOC",
            "the device lacks one of the components: nothing runs, though it is never used",
            manifest(&["main", "elsewhere"], None, [(m::INSTALL, seq([index(0), write("never")]))]),
            board(&["main"]),
            [update().refused("ComponentUnknown", "")],
        ),
        GROUP.play(
            "component-of-other-parts",
            "P-009",
            "an identifier of two parts isn't one part with a stroke in it",
            {
                let mut manifest = install([write("never")]);
                *manifest.key(m::COMMON).inner().key(2) = vec![vec![bytes("main/a")].into()].into();
                manifest
            },
            board(&["main/a"]),
            [update().refused("ComponentUnknown", "")],
        ),
        GROUP.play(
            "identity-unchecked",
            "P-044",
            "a device that demands that vendor and class are checked",
            manifest(
                &["main"],
                Some(seq([put(identity(IMAGE)), check(c::VENDOR)])),
                [(m::INSTALL, seq([write("never")]))],
            ),
            board(&["main"]).fact("options", "[\"demand-identity\"]"),
            [update().refused("IdentityUnchecked", "")],
        ),
        GROUP.play(
            "identity-checked",
            "P-044",
            "the same device, and a manifest that checks both",
            manifest(
                &["main"],
                Some(seq([put(identity(IMAGE)), compatible()])),
                [(m::INSTALL, seq([check(c::CLASS)]))],
            ),
            board(&["main"]).fact("options", "[\"demand-identity\"]"),
            [update().does(trace().compatible("main").holds("class-identifier", "main").floor(3))],
        ),
    ]
}

/// Sequence numbers.
fn rollback() -> Vec<Case> {
    let firmware = || manifest(&["main"], None, [(m::INSTALL, seq([write("x")])), (m::INVOKE, started())]);
    let device = |floor| board(&["main"]).floor("", floor);
    let written = || update().leaves("main", b"x");
    let mut app = firmware();
    app.insert(m::COMPONENT_ID, path("manifests/app"));
    let mut greatest = firmware();
    *greatest.key(m::SEQUENCE_NUMBER) = uint(u64::MAX);
    let done = || trace().write("main", b"x");
    vec![
        GROUP.play(
            "sequence-higher",
            "P-038",
            "a greater number than the one installed: the floor rises",
            firmware(),
            device(2),
            [written().does(done().floor(3))],
        ),
        GROUP.play(
            "sequence-equal",
            "A-21, P-038",
            "the number that is installed",
            firmware(),
            device(3),
            [written().does(done().floor(3))],
        ),
        GROUP.play(
            "sequence-equal-refused",
            "A-21",
            "the same on a device that wants a greater one for updates; it starts what it has",
            firmware(),
            device(3).fact("options", "[\"strictly-newer\"]"),
            [
                update().refused("Rollback", ""),
                invocation().leaves("main", b"y").does(trace().write("main", b"y").invoke("main", b"y")),
            ],
        ),
        GROUP.play(
            "sequence-lower",
            "P-038, P-039, threat IMG-EXPIRED, req SEC-SEQUENCE",
            "a lower number: no sequence runs, in either procedure",
            firmware(),
            device(4),
            [update().refused("Rollback", ""), invocation().refused("Rollback", "")],
        ),
        GROUP.play(
            "sequence-greatest",
            "P-038, P-048",
            "the greatest number there is; then nothing else but that",
            greatest,
            device(3),
            [written().does(done().floor(u64::MAX))],
        ),
        GROUP.play(
            "sequence-of-each-manifest",
            "P-167, P-038",
            "a manifest that says where it is stored has a floor of its own",
            app.clone(),
            device(100).floor("manifests/app", 2),
            [written().does(done().line("floor manifests/app 3"))],
        ),
        GROUP.play(
            "sequence-lower-of-its-manifest",
            "P-167, P-038",
            "its own floor is what counts",
            app,
            device(1).floor("manifests/app", 4),
            [update().refused("Rollback", "")],
        ),
    ]
}

fn started() -> Node {
    seq([write("y"), act(c::INVOKE)])
}

/// Severed sections.
fn severed() -> Vec<Case> {
    let draft = || -> Draft {
        let mut draft = signed(firmware());
        draft.sever(m::INSTALL, SHA_256);
        draft.renew();
        draft
    };
    let gone = || {
        let mut draft = draft();
        draft.envelope().remove(m::INSTALL);
        draft
    };
    let main = || board(&["main"]).serving(URI, IMAGE);
    let whole = GROUP.play_draft(
        "severed",
        "P-059, P-063",
        "the install section stands beside the manifest",
        draft(),
        main(),
        [update().leaves("main", IMAGE).does(
            trace()
                .compatible("main")
                .get("main", URI)
                .fetch("main", IMAGE)
                .holds("image-match", "main")
                .compatible("main")
                .holds("image-match", "main")
                .floor(3),
        )],
    );
    let changed = whole
        .damage(
            "run-procedures",
            "severed-changed",
            "P-059",
            "another section in its place: nothing runs",
            member("SeveredMismatch").of("install"),
            |draft| *draft.envelope().key(m::INSTALL) = seq([write("never")]),
        )
        .played(main(), [update().refused("SeveredMismatch", "install")]);
    let mut unnamed = signed(manifest(&["main"], None, [(m::VALIDATE, seq([write("x")]))]));
    unnamed.envelope().insert(m::INSTALL, seq([write("never")]));
    let mut candidate = signed(manifest(
        &["main"],
        None,
        [
            (m::PAYLOAD_FETCH, seq([write("candidate")])),
            (m::CANDIDATE_VERIFICATION, seq([check(c::CHECK_CONTENT)])),
            (m::INSTALL, seq([write("installed")])),
        ],
    ));
    for key in [m::PAYLOAD_FETCH, m::CANDIDATE_VERIFICATION, m::INSTALL] {
        candidate.sever(key, SHA_256);
    }
    candidate.renew();
    let mut unknown = signed(manifest(&["main"], None, [(m::INSTALL, seq([write("x")]))]));
    unknown.envelope().insert(17, seq([write("never")]));
    unknown.envelope().insert(1_000, bytes("nobody knows"));
    vec![
        whole,
        changed,
        GROUP.play_draft(
            "severed-all",
            "A-10, P-059, P-173",
            "every section stands beside the manifest, candidate-verification too",
            candidate,
            board(&["main"]),
            [update().leaves("main", b"installed").does(
                trace()
                    .write("main", b"candidate")
                    .holds("check-content", "main")
                    .write("main", b"installed")
                    .floor(3),
            )],
        ),
        GROUP.play_draft(
            "unknown-members",
            "A-35",
            "keys of the envelope that no document defines, or an old draft did, are ignored",
            unknown,
            board(&["main"]),
            [update().leaves("main", b"x").does(trace().write("main", b"x").floor(3))],
        ),
        GROUP
            .play_draft(
                "severed-gone",
                "P-060",
                "the install section is gone: the update doesn't begin",
                gone(),
                main(),
                [update().refused("SectionMissing", "install")],
            )
            .missing(&["install"]),
        GROUP
            .play_draft(
                "severed-gone-not-needed",
                "P-060, P-061",
                "the install section is gone, as after installing: the image is started all the same",
                gone(),
                main().holding("main", IMAGE),
                [invocation().does(
                    trace()
                        .compatible("main")
                        .holds("image-match", "main")
                        .compatible("main")
                        .invoke("main", IMAGE),
                )],
            )
            .missing(&["install"]),
        GROUP.play_draft(
            "severed-unnamed",
            "P-059, P-012",
            "a section beside the manifest that the manifest doesn't name doesn't exist",
            unnamed,
            board(&["main"]),
            [update().leaves("main", b"x").does(trace().write("main", b"x").floor(3))],
        ),
    ]
}

/// Rehearsals.
fn rehearsed() -> Vec<Case> {
    let failing = manifest(
        &["main"],
        Some(seq([put(identity(IMAGE)), compatible()])),
        [(m::INSTALL, seq([put(map! { p::URI => URI }), act_here(c::FETCH), check(c::IMAGE_MATCH)]))],
    );
    let main = || board(&["main"]).holding("main", OLD);
    vec![
        GROUP.play(
            "rehearsal",
            "P-172, req USE-MFST-PRE_CHECK",
            "what an update would fetch is told, and nothing is stored; the update itself does as it said",
            firmware(),
            main().serving(URI, IMAGE),
            [
                rehearsal().does(
                    trace()
                        .compatible("main")
                        .line(format!("plan main {URI}"))
                        .holds("image-match", "main")
                        .compatible("main")
                        .holds("image-match", "main"),
                ),
                update().leaves("main", IMAGE).does(
                    trace()
                        .compatible("main")
                        .get("main", URI)
                        .fetch("main", IMAGE)
                        .holds("image-match", "main")
                        .compatible("main")
                        .holds("image-match", "main")
                        .floor(3),
                ),
            ],
        ),
        GROUP.play(
            "rehearsal-no-room",
            "P-172, S18",
            "the image is too large: a rehearsal fails where the update would",
            failing,
            main().with("main", "capacity", 10),
            [rehearsal().does(trace().compatible("main")).fails("TooLarge", "", "install", "main")],
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [sections(), attacks(), rollback(), severed(), rehearsed()].concat()
}
