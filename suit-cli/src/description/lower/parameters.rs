//! Parameters: from fields to the model.

use super::Context;
use crate::description::model::{Metadata as MetadataTable, Parameters, Permission, Wait};
use crate::description::values::{Class, CustomValue, Label, Scalar, in_vendor};
use crate::error::{Outcome, codes};
use crate::source::{Span, Spanned};
use suit_core::cbor::Reader;
use suit_core::grammar::{self, Item, Scope, Visitor};
use suit_core::owned::{Actor, Custom, Metadata, OtherDevice, Parameter, VendorId, WaitInfo};

pub(super) fn lower(
    context: &Context<'_>,
    scope: Scope,
    given: &Spanned<Parameters>,
) -> Outcome<Vec<Parameter>> {
    let mut list = Vec::new();
    let table = &given.value;
    if let Some(vendor) = &table.vendor {
        list.push(Parameter::VendorIdentifier(vendor.value.0.clone()));
    }
    if let Some(given) = &table.class {
        let beside = table.vendor.as_ref().map(|vendor| &vendor.value.0);
        list.push(Parameter::ClassIdentifier(class(context, given, beside)?));
    }
    if let Some(device) = &table.device {
        list.push(Parameter::DeviceIdentifier(device.value.0));
    }
    if let Some(digest) = &table.digest {
        list.push(Parameter::ImageDigest(context.digest(digest)?));
    }
    if let Some(size) = &table.size {
        list.push(Parameter::ImageSize(context.named(size.span, context.files.size(&size.value))?));
    }
    if let Some(uri) = &table.uri {
        list.push(Parameter::Uri(uri.value.clone()));
    }
    if let Some(source) = &table.source {
        list.push(Parameter::SourceComponent(context.index(&source.value, source.span)?));
    }
    if let Some(base) = &table.base {
        not_shared(context, scope, base.span)?;
        list.push(Parameter::DeltaBase(context.index(&base.value, base.span)?));
    }
    let bytes = |value: &Spanned<_>| context.named(value.span, context.files.bytes(&value.value));
    if let Some(content) = &table.content {
        list.push(Parameter::Content(bytes(content)?));
    }
    if let Some(info) = &table.encryption_info {
        let content = bytes(info)?;
        check_encryption_info(context, info.span, &content)?;
        list.push(Parameter::EncryptionInfo(content));
    }
    if let Some(arguments) = &table.invoke_args {
        list.push(Parameter::InvokeArgs(bytes(arguments)?));
    }
    if let Some(arguments) = &table.fetch_args {
        list.push(Parameter::FetchArguments(bytes(arguments)?));
    }
    list.extend(table.slot.map(|slot| Parameter::ComponentSlot(slot.0)));
    list.extend(table.use_before.map(|time| Parameter::UseBefore(time.0)));
    list.extend(table.battery_min.map(|energy| Parameter::MinimumBattery(energy.0)));
    list.extend(table.priority.map(|priority| Parameter::UpdatePriority(priority.0)));
    list.extend(table.version.as_ref().map(|version| Parameter::Version(version.0.clone())));
    list.extend(table.strict_order.map(Parameter::StrictOrder));
    list.extend(table.soft_failure.map(Parameter::SoftFailure));
    if let Some(events) = &table.wait {
        list.push(Parameter::WaitInfo(wait(context, events)?));
    }
    if let Some(file) = &table.metadata {
        list.push(Parameter::ComponentMetadata(metadata(context, file)?));
    }
    custom(context, scope, table, &mut list)?;
    if list.is_empty() {
        return Err(context
            .failure(codes::EMPTY, given.span, "no parameter is set")
            .help("set at least one, or take the command out"));
    }
    Ok(list)
}

/// A class identifier; a name is looked up in the vendor beside it, or in that of the device.
pub(super) fn class(
    context: &Context<'_>,
    given: &Spanned<Class>,
    beside: Option<&VendorId>,
) -> Outcome<[u8; 16]> {
    match &given.value {
        Class::Uuid(id) => Ok(*id),
        Class::Name(name) => match beside.or(context.vendor.as_ref()) {
            Some(vendor) => Ok(in_vendor(vendor, name)),
            None => Err(context
                .failure(codes::NEEDS, given.span, format!("the class '{name}' needs a vendor"))
                .help("set 'vendor' beside it, or under [device]; or write uuid: and its UUID")),
        },
    }
}

/// P-022: no custom parameter in the shared sequence.
fn not_shared(context: &Context<'_>, scope: Scope, span: Span) -> Outcome<()> {
    if scope != Scope::Shared {
        return Ok(());
    }
    let message = "custom parameters are not allowed in the shared sequence";
    Err(context
        .failure(codes::NOT_IN_SHARED, span, message)
        .help("set them in the section whose commands use them"))
}

fn custom(context: &Context<'_>, scope: Scope, table: &Parameters, list: &mut Vec<Parameter>) -> Outcome<()> {
    let Some(custom) = &table.custom else { return Ok(()) };
    not_shared(context, scope, custom.span)?;
    for (key, value) in &custom.value.0 {
        let label = Label::from_text(&key.value)
            .map_err(|fault| context.failure(codes::INVALID_VALUE, key.span, fault.message).help(fault.help))?
            .0;
        if list.iter().any(|parameter| parameter.label() == label) {
            let message = format!("the parameter {label} is set twice");
            return Err(context.failure(codes::NAME_TWICE, key.span, message).help("keep one of the two"));
        }
        let value = match &value.value {
            CustomValue::Given(given) => given.clone(),
            CustomValue::File(path) => Custom::Bytes(context.named(value.span, context.files.file(path))?),
        };
        list.push(Parameter::Custom(label, value));
    }
    Ok(())
}

/// Goes through everything and keeps the first fault.
struct Whole;

impl<'a> Visitor<'a> for Whole {
    const DEEP: bool = true;

    fn enter(&mut self, _: &Item<'a>) -> Result<(), suit_core::Error> {
        Ok(())
    }
}

/// Every reader refuses a manifest whose encryption info is not COSE_Encrypt (FE §4).
fn check_encryption_info(context: &Context<'_>, span: Span, content: &[u8]) -> Outcome<()> {
    let mut reader = Reader::new(content);
    let walked = grammar::walk(grammar::COSE_ENCRYPT_TAGGED, &mut reader, &mut Whole);
    walked.and_then(|()| reader.finish()).map_err(|error| {
        let message = format!("not a COSE_Encrypt message: byte {}: {}", error.offset, error.kind);
        context
            .failure(codes::ENCRYPTION_INFO, span, message)
            .help("give the encoding of a COSE_Encrypt message with its tag 96")
    })
}

fn wait(context: &Context<'_>, given: &Spanned<Wait>) -> Outcome<WaitInfo> {
    let table = &given.value;
    let other_device_version = match &table.other_device {
        None => None,
        Some(other) => {
            if other.version.is_empty() {
                return Err(context
                    .failure(codes::EMPTY, other.device.span, "no version is asked of the other device")
                    .help("give at least one comparison under 'version'"));
            }
            Some(OtherDevice {
                device: context.named(other.device.span, context.files.bytes(&other.device.value))?,
                versions: other.version.iter().map(|version| version.0.clone()).collect(),
            })
        }
    };
    let info = WaitInfo {
        authorization: table.authorization.map(|value| value.0),
        power: table.power.map(|value| value.0),
        network: table.network.map(|value| value.0),
        other_device_version,
        time: table.time.map(|value| value.0),
        time_of_day: table.time_of_day.map(|value| value.0),
        day_of_week: table.day_of_week.map(|value| value.0),
        time_of_day_utc: table.time_of_day_utc.map(|value| value.0),
        day_of_week_utc: table.day_of_week_utc.map(|value| value.0),
    };
    if info == WaitInfo::default() {
        return Err(context
            .failure(codes::EMPTY, given.span, "there is nothing to wait for")
            .help("give at least one event"));
    }
    Ok(info)
}

fn metadata(context: &Context<'_>, given: &Spanned<MetadataTable>) -> Outcome<Metadata> {
    let permissions = |list: &[Permission]| -> Outcome<Vec<(Actor, u64)>> {
        let mut lowered: Vec<(Actor, u64)> = Vec::with_capacity(list.len());
        for permission in list {
            let actor = permission.actor.value.0.clone();
            if lowered.iter().any(|(known, _)| *known == actor) {
                return Err(context
                    .failure(codes::NAME_TWICE, permission.actor.span, "this actor is given twice")
                    .help("give all permissions of an actor in one place"));
            }
            lowered.push((actor, permission.permissions.0));
        }
        Ok(lowered)
    };
    let table = &given.value;
    Ok(Metadata {
        default_permissions: table.permissions.map(|bits| bits.0),
        user_permissions: permissions(&table.users)?,
        group_permissions: permissions(&table.groups)?,
        role_permissions: permissions(&table.roles)?,
        file_type: table.file_type.map(|file_type| file_type.0),
        modification_time: table.modified.map(|time| time.0),
        creation_time: table.created.map(|time| time.0),
        creator: table.creator.as_ref().map(|actor| actor.0.clone()),
    })
}
