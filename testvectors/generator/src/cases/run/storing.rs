//! Directives that store something: fetch, copy, swap, write.

use super::{
    Group, IMAGE, OLD, URI, act, act_here, board, check, check_here, hex, image, index, install, install_abc,
    length, put, seq, try_each,
};
use crate::case::Case;
use crate::draft::{SHA_256, digest};
use crate::map;
use crate::node::{bytes, wrap};
use crate::numbers::{command as c, parameter as p};
use crate::run::{rehearsal, trace, update};

const GROUP: Group = Group("run-directives");

/// fetch.
fn fetch() -> Vec<Case> {
    let uri = || put(map! { p::URI => URI });
    let fetching = || install([put(image(IMAGE)), uri(), act(c::FETCH), check(c::IMAGE_MATCH)]);
    let failing = || install([put(image(IMAGE)), uri(), act_here(c::FETCH), check(c::IMAGE_MATCH)]);
    let holding = || board(&["main"]).holding("main", OLD);
    let got = || trace().get("main", URI);
    vec![
        GROUP.play(
            "fetch",
            "P-089",
            "the resource is stored in place of what was there",
            fetching(),
            holding().serving(URI, IMAGE),
            [update()
                .leaves("main", IMAGE)
                .does(got().fetch("main", IMAGE).holds("image-match", "main").floor(3))],
        ),
        GROUP.play(
            "fetch-there",
            "P-089",
            "the component has the digest and the size already: nothing is asked for",
            fetching(),
            board(&["main"]).holding("main", IMAGE),
            [update().does(trace().there("fetch", "main").holds("image-match", "main").floor(3))],
        ),
        GROUP.play(
            "fetch-resumed",
            "P-077",
            "the first ten bytes were stored before the power was cut",
            fetching(),
            board(&["main"]).with("main", "kept", format!("\"{}\"", hex(&IMAGE[..10]))).serving(URI, IMAGE),
            [update().leaves("main", IMAGE).does(
                trace()
                    .line(format!("get main {URI} from 10"))
                    .fetch("main", IMAGE)
                    .holds("image-match", "main")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "fetch-arguments",
            "A-33, M 8.4.8.13",
            "what the manifest has to say to the fetcher",
            install([put(map! { p::URI => URI, p::FETCH_ARGS => bytes("range") }), act(c::FETCH)]),
            holding().serving(URI, IMAGE),
            [update()
                .leaves("main", IMAGE)
                .does(trace().line(format!("get main {URI} with 72616e6765")).fetch("main", IMAGE).floor(3))],
        ),
        GROUP.play(
            "fetch-unset",
            "P-086",
            "no URI is set",
            install([put(image(IMAGE)), act_here(c::FETCH)]),
            holding().serving(URI, IMAGE),
            [update().fails("ParameterUnset", "uri", "install", "main")],
        ),
        GROUP.play(
            "fetch-unavailable",
            "P-072, P-041",
            "the resource is not to be had",
            failing(),
            holding(),
            [update().empties("main").does(got()).fails("Unavailable", "", "install", "main")],
        ),
        GROUP.play(
            "fetch-one-byte-more",
            "P-094, threat IMG-EXTRA, req SEC-IMG-COMPLETE_DIGEST",
            "the resource is longer than image-size: refused at the first byte too many",
            failing(),
            holding().serving(URI, &[IMAGE, b"!"].concat()),
            [update().empties("main").does(got()).fails("TooLarge", "", "install", "main")],
        ),
        GROUP.play(
            "fetch-beyond-capacity",
            "P-094",
            "no size is given, and the resource is longer than the component has room for",
            install([uri(), act_here(c::FETCH)]),
            holding().with("main", "capacity", length(IMAGE) - 1).serving(URI, IMAGE),
            [update().empties("main").does(got()).fails("TooLarge", "", "install", "main")],
        ),
        GROUP.play(
            "fetch-size-beyond-capacity",
            "P-094, S18",
            "image-size is more than the component has room for: nothing is asked for or erased",
            failing(),
            holding().with("main", "capacity", length(IMAGE) - 1).serving(URI, IMAGE),
            [update().fails("TooLarge", "", "install", "main")],
        ),
        GROUP.play(
            "fetch-short",
            "P-079",
            "the resource ends early: what was stored doesn't match",
            install([put(image(IMAGE)), uri(), act(c::FETCH), check_here(c::IMAGE_MATCH)]),
            holding().serving(URI, &IMAGE[..20]),
            [update()
                .leaves("main", &IMAGE[..20])
                .does(got().fetch("main", &IMAGE[..20]).fails("image-match", "main"))
                .fails("ConditionFailed", "image-match", "install", "main")],
        ),
        GROUP.play(
            "fetch-without-size",
            "P-089",
            "neither size nor digest is given",
            install([uri(), act(c::FETCH)]),
            holding().serving(URI, IMAGE),
            [update().leaves("main", IMAGE).does(got().fetch("main", IMAGE).floor(3))],
        ),
        GROUP.play(
            "fetch-storage-fails",
            "P-072",
            "the storage fails while the resource is stored",
            failing(),
            holding().with("main", "broken", true).serving(URI, IMAGE),
            [update().empties("main").does(got()).fails("Platform", "77", "install", "main")],
        ),
        GROUP.play(
            "fetch-rehearsed",
            "M 6.2",
            "a rehearsal tells what would be asked for, takes it as fetched, and stores nothing",
            fetching(),
            holding(),
            [rehearsal().does(trace().line(format!("plan main {URI}")).holds("image-match", "main"))],
        ),
        GROUP.play(
            "fetch-mirror",
            "M 8.4.10.2, P-115",
            "the URI is set by the alternative whose slot fits",
            install([
                try_each(vec![
                    seq([
                        put(map! { p::SLOT => 0, p::URI => "https://updates.example.com/a.bin" }),
                        check(c::SLOT),
                    ]),
                    seq([put(map! { p::SLOT => 1, p::URI => "b.bin" }), check(c::SLOT)]),
                ]),
                act(c::FETCH),
            ]),
            board(&["main"]).with("main", "slot", 1).serving("b.bin", IMAGE),
            [update().leaves("main", IMAGE).does(
                trace()
                    .fails("component-slot", "main")
                    .holds("component-slot", "main")
                    .get("main", "b.bin")
                    .fetch("main", IMAGE)
                    .floor(3),
            )],
        ),
    ]
}

/// copy and swap: `a` is the target, `b` the source.
fn copy() -> Vec<Case> {
    let from = |source: i64| put(map! { p::SOURCE => source });
    let abc = || board(&["a", "b", "c"]);
    let both = || abc().holding("a", OLD).holding("b", IMAGE);
    let copied = || trace().copy("a", IMAGE);
    let one = |command, source: i64| install_abc([index(0), from(source), command]);
    let with_image = |command| install_abc([index(0), put(image(IMAGE)), from(1), command]);
    vec![
        GROUP.play(
            "copy",
            "P-090",
            "the component gets what the source holds; the source keeps it",
            one(act(c::COPY), 1),
            both(),
            [update().leaves("a", IMAGE).does(copied().floor(3))],
        ),
        GROUP.play(
            "copy-long",
            "P-090",
            "the source is longer than what is read at a time",
            one(act(c::COPY), 2),
            abc().holding("c", &[0x42; 777]),
            [update().leaves("a", &[0x42; 777]).does(trace().copy("a", &[0x42; 777]).floor(3))],
        ),
        GROUP.play(
            "copy-there",
            "P-090",
            "the component has digest and size already, and the source is empty",
            with_image(act(c::COPY)),
            abc().holding("a", IMAGE),
            [update().does(trace().there("copy", "a").floor(3))],
        ),
        GROUP.play(
            "copy-unset",
            "P-090",
            "no source is set",
            install_abc([index(0), act_here(c::COPY)]),
            both(),
            [update().fails("ParameterUnset", "source-component", "install", "a")],
        ),
        GROUP.play(
            "copy-source-empty",
            "P-090",
            "the source holds nothing",
            one(act_here(c::COPY), 2),
            both(),
            [update().fails("SourceMissing", "", "install", "a")],
        ),
        GROUP.play(
            "copy-beyond-size",
            "P-094",
            "the source is longer than image-size",
            install_abc([index(0), put(map! { p::SIZE => length(IMAGE) - 1 }), from(1), act_here(c::COPY)]),
            both(),
            [update().fails("TooLarge", "", "install", "a")],
        ),
        GROUP.play(
            "copy-beyond-capacity",
            "P-094",
            "the source is longer than the component has room for",
            one(act_here(c::COPY), 1),
            both().with("a", "capacity", length(IMAGE) - 1),
            [update().fails("TooLarge", "", "install", "a")],
        ),
        GROUP.play(
            "copy-of-other",
            "P-079, P-090",
            "what was copied isn't the image",
            install_abc([
                index(0),
                put(map! { p::DIGEST => wrap(digest(SHA_256, IMAGE)), p::SOURCE => 1 }),
                act(c::COPY),
                check_here(c::IMAGE_MATCH),
            ]),
            abc().holding("b", OLD),
            [update().leaves("a", OLD).does(trace().copy("a", OLD).fails("image-match", "a")).fails(
                "ConditionFailed",
                "image-match",
                "install",
                "a",
            )],
        ),
        GROUP.play(
            "swap",
            "P-091",
            "two components exchange what they hold",
            one(act(c::SWAP), 1),
            both(),
            [update().leaves("a", IMAGE).leaves("b", OLD).does(trace().swap("a", IMAGE).floor(3))],
        ),
        GROUP.play(
            "swap-there",
            "P-077, P-091",
            "the component has digest and size already: a swap that was done isn't undone",
            with_image(act(c::SWAP)),
            abc().holding("a", IMAGE).holding("b", OLD),
            [update().does(trace().there("swap", "a").floor(3))],
        ),
        GROUP.play(
            "swap-source-empty",
            "P-091",
            "the source holds nothing",
            one(act_here(c::SWAP), 2),
            both(),
            [update().fails("SourceMissing", "", "install", "a")],
        ),
        GROUP.play(
            "swap-unset",
            "P-091",
            "no source is set",
            install_abc([index(0), act_here(c::SWAP)]),
            both(),
            [update().fails("ParameterUnset", "source-component", "install", "a")],
        ),
    ]
}

/// write.
fn writes() -> Vec<Case> {
    let main = || board(&["main"]).holding("main", OLD);
    let content = || put(map! { p::CONTENT => bytes("content") });
    vec![
        GROUP.play(
            "write",
            "P-092",
            "the content is stored in place of what was there",
            install([content(), act(c::WRITE), check(c::CHECK_CONTENT)]),
            main(),
            [update()
                .leaves("main", b"content")
                .does(trace().write("main", b"content").holds("check-content", "main").floor(3))],
        ),
        GROUP.play(
            "write-empty",
            "P-092",
            "the empty content",
            install([put(map! { p::CONTENT => bytes("") }), act(c::WRITE)]),
            main(),
            [update().leaves("main", b"").does(trace().write("main", b"").floor(3))],
        ),
        GROUP.play(
            "write-unset",
            "P-086, P-092",
            "no content is set",
            install([act_here(c::WRITE)]),
            main(),
            [update().fails("ParameterUnset", "content", "install", "main")],
        ),
        GROUP.play(
            "write-beyond-size",
            "P-094",
            "the content is longer than image-size",
            install([content(), put(map! { p::SIZE => 6 }), act_here(c::WRITE)]),
            main(),
            [update().fails("TooLarge", "", "install", "main")],
        ),
        GROUP.play(
            "write-beyond-capacity",
            "P-094",
            "the content is longer than the component has room for",
            install([content(), act_here(c::WRITE)]),
            main().with("main", "capacity", 6),
            [update().fails("TooLarge", "", "install", "main")],
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [fetch(), copy(), writes()].concat()
}
