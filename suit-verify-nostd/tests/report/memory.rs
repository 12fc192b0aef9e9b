//! Reports in little memory.

use suit_core::cbor::Reader;
use suit_core::envelope::Authentication;
use suit_core::labels::{ParameterKey, ReportReason};
use suit_core::report::{self, Report};
use suit_verify_nostd::report::{
    Ending, Measured, MeasuredValue, NoRoom, OVERHEAD, PATH_MAX, Record, Recorder, ReportWriter,
};

use crate::common::hex;
use crate::{WRAPPER, failed};

/// With any amount of memory there is either no report, or a sound one that tells how the run ended.
#[test]
fn a_full_buffer_costs_records_and_never_the_result() {
    let wrapper = hex(WRAPPER);
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let (uri, nonce) = ("coap://repo/m", [1; 8]);
    let least = OVERHEAD + authentication.signed().len() + uri.len() + nonce.len();
    let measured = [Measured { label: ParameterKey::Content, value: MeasuredValue::Bytes(&[7; 90]) }];
    let path = [255; PATH_MAX];
    let last = Record {
        manifest_path: &path,
        section: i64::MIN,
        offset: u32::MAX,
        component: u32::MAX,
        measured: &measured,
        ..failed()
    };
    let mut most = 0;
    for len in 0..least + 1200 {
        let mut memory = vec![0; len];
        let writer = ReportWriter::begin(&mut memory, &authentication, Some(uri), Some(&nonce));
        let Ok(mut writer) = writer else {
            assert!(len < least, "{len} bytes are enough");
            continue;
        };
        assert!(len >= least, "{len} bytes are not enough");
        // The second one is longer: after it was dropped, the third has to go, too, although it would fit.
        for offset in 0..20 {
            let measured = if offset % 3 == 1 { &measured[..] } else { &[] };
            writer.record(&Record { offset, measured, ..failed() });
        }
        let ending = Ending::Failure { code: i64::MIN, reason: ReportReason::InvokePending, record: &last };
        let finished = writer.finish(ending, None).unwrap();
        let report = Report::parse(Reader::new(finished.bytes())).unwrap();
        let offsets = report.entries().map(|entry| match entry {
            report::Entry::Record(record) => record.offset,
            report::Entry::System(_) => panic!("a record"),
        });
        let offsets: Vec<_> = offsets.collect();
        let told = u64::try_from(offsets.len()).unwrap();
        assert_eq!(offsets, (0..told).collect::<Vec<_>>(), "gaps with {len} bytes");
        assert_eq!(u64::from(finished.dropped) + told, 20);
        assert!(told >= most, "more memory, fewer records");
        most = told;
        let report::Ending::Failure(failure) = report.ending() else { panic!("it failed") };
        assert_eq!((failure.code, failure.reason), (i64::MIN, ReportReason::InvokePending));
        assert_eq!(failure.record.manifest.collect::<Vec<_>>(), [255; PATH_MAX]);
        // What was measured is told if there is room for it.
        let measured = failure.record.properties.count();
        assert!(measured == 0 || len > least, "{len}");
        assert!(measured == 1 || len < least + 1100, "{len}");
    }
    assert_eq!(most, 20);
}

#[test]
fn a_place_too_deep_to_be_written_is_no_report() {
    let wrapper = hex(WRAPPER);
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let mut memory = vec![0; OVERHEAD + authentication.signed().len()];
    let path = [0; 60];
    for (len, fits) in [(2 * PATH_MAX, true), (60, false)] {
        let place = Record { manifest_path: &path[..len], ..failed() };
        let writer = ReportWriter::begin(&mut memory, &authentication, None, None).unwrap();
        let ending = Ending::Failure { code: 0, reason: ReportReason::Ok, record: &place };
        assert_eq!(writer.finish(ending, None).map(drop), if fits { Ok(()) } else { Err(NoRoom) });
    }
}
