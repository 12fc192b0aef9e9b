//! What any run records is what is read.

use proptest::prelude::*;
use suit_core::cbor::Reader;
use suit_core::envelope::Authentication;
use suit_core::labels::{ParameterKey, ReportReason};
use suit_core::parameter::Parameter;
use suit_core::report::{self, Report};
use suit_verify_nostd::report::{Ending, Measured, MeasuredValue, Outcome, Record, Recorder, ReportWriter};

use crate::common::hex;
use crate::{WRAPPER, id, policy};

#[derive(Clone, Debug)]
struct Told {
    path: Vec<u8>,
    section: i64,
    offset: u32,
    component: u32,
    size: Option<u64>,
    version: Vec<i64>,
    fails: bool,
}

fn told() -> impl Strategy<Value = Told> {
    (
        prop::collection::vec(any::<u8>(), 0..4),
        any::<i64>(),
        any::<u32>(),
        any::<u32>(),
        any::<Option<u64>>(),
        prop::collection::vec(any::<i64>(), 0..4),
        any::<bool>(),
    )
        .prop_map(|(path, section, offset, component, size, version, fails)| Told {
            path,
            section,
            offset,
            component,
            size,
            version,
            fails,
        })
}

impl Told {
    fn measured(&self) -> Vec<Measured<'_>> {
        let size = self.size.map(|size| (ParameterKey::ImageSize, MeasuredValue::Uint(size)));
        let version = (!self.version.is_empty())
            .then_some((ParameterKey::Version, MeasuredValue::Version(&self.version)));
        size.into_iter().chain(version).map(|(label, value)| Measured { label, value }).collect()
    }

    fn record<T>(&self, then: impl FnOnce(&Record<'_>) -> T) -> T {
        let name = [0x81, 0x41, 0x07];
        then(&Record {
            manifest_path: &self.path,
            section: self.section,
            offset: self.offset,
            component: self.component,
            component_id: &[id(&name)],
            policy: policy(15),
            outcome: if self.fails {
                Outcome::Failure(ReportReason::ConditionFailed)
            } else {
                Outcome::Success
            },
            measured: &self.measured(),
        })
    }

    fn holds(&self, properties: suit_core::parameter::Parameters<'_>) -> bool {
        let mut expected = self.measured().into_iter();
        properties.map(Result::unwrap).all(|found| match (found, expected.next().map(|one| one.value)) {
            (Parameter::ImageSize(found), Some(MeasuredValue::Uint(size))) => found == size,
            (Parameter::Version(found), Some(MeasuredValue::Version(parts))) => {
                found.version.parts().eq(parts.iter().copied())
            }
            _ => false,
        }) && expected.next().is_none()
    }
}

proptest! {
    /// What was recorded is what is read, in the same order, whatever it was.
    #[test]
    fn what_is_written_is_read(run in prop::collection::vec(told(), 0..40), code: i64, nonce: Option<[u8; 5]>, uri in "[a-z:/]{0,30}") {
        let wrapper = hex(WRAPPER);
        let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
        let mut memory = vec![0; 16384];
        let nonce = nonce.as_ref().map(|nonce| &nonce[..]);
        let mut writer = ReportWriter::begin(&mut memory, &authentication, Some(&uri), nonce).unwrap();
        run.iter().for_each(|told| told.record(|record| writer.record(record)));
        let last = run.last().cloned();
        let finished = match &last {
            None => writer.finish(Ending::Success, None),
            Some(last) => last.record(|record| {
                writer.finish(Ending::Failure { code, reason: ReportReason::OperationFailed, record }, None)
            }),
        };
        let finished = finished.unwrap();
        prop_assert_eq!(finished.dropped, 0);
        let report = Report::parse(Reader::new(finished.bytes())).unwrap();
        prop_assert_eq!(report.reference_uri(), &uri);
        prop_assert_eq!(report.nonce(), nonce);
        prop_assert_eq!(report.digest(), authentication.digest());
        let mut entries = report.entries();
        for told in run.iter().filter(|told| told.fails || !told.measured().is_empty()) {
            match entries.next().unwrap() {
                report::Entry::Record(record) => {
                    prop_assert!(told.fails && told.holds(record.properties));
                    prop_assert!(record.manifest.eq(told.path.iter().map(|index| u64::from(*index))));
                    let place = (record.section, record.offset, record.component);
                    prop_assert_eq!(place, (told.section, told.offset.into(), told.component.into()));
                }
                report::Entry::System(system) => {
                    prop_assert!(!told.fails && told.holds(system.properties));
                    prop_assert!(system.component.parts().eq([&[7][..]]));
                }
            }
        }
        prop_assert!(entries.next().is_none());
        match (report.ending(), last) {
            (report::Ending::Success, None) => {}
            (report::Ending::Failure(failure), Some(last)) => {
                prop_assert_eq!((failure.code, failure.reason), (code, ReportReason::OperationFailed));
                prop_assert!(last.holds(failure.record.properties));
            }
            (ending, _) => prop_assert!(false, "{:?}", ending),
        }
    }
}
