//! What the device in memory knows beside its components.

#[cfg(feature = "update-management")]
use suit_verify_nostd::calendar::{Daylight, Switch, Zone};
#[cfg(feature = "owner-policy")]
use suit_verify_nostd::policy::{self, Blackout, Critical, OwnerPolicy, Weekdays, Window};

#[cfg(feature = "trust-domains")]
use crate::board::COMPONENTS;

/// Facts that conditions, `wait` and the owner's policy ask for.
#[derive(Debug)]
pub(crate) struct Facts {
    #[cfg(feature = "update-management")]
    pub(crate) now: Option<u64>,
    #[cfg(feature = "update-management")]
    pub(crate) battery: Option<u64>,
    #[cfg(feature = "update-management")]
    pub(crate) version: [i64; 3],
    #[cfg(feature = "update-management")]
    pub(crate) priority: i64,
    #[cfg(feature = "update-management")]
    pub(crate) power: Option<i64>,
    #[cfg(feature = "update-management")]
    pub(crate) network: Option<i64>,
    #[cfg(feature = "update-management")]
    pub(crate) zone: Option<Zone>,
    #[cfg(feature = "trust-domains")]
    pub(crate) references: [u32; COMPONENTS],
    #[cfg(feature = "owner-policy")]
    pub(crate) policy: Option<OwnerPolicy<'static>>,
    #[cfg(feature = "owner-policy")]
    pub(crate) resources: policy::Facts,
}

impl Facts {
    pub(crate) const NOW: Self = Self {
        // Wednesday, 25 November 2026, 12:00 UTC.
        #[cfg(feature = "update-management")]
        now: Some(1_795_608_000),
        #[cfg(feature = "update-management")]
        battery: Some(100),
        #[cfg(feature = "update-management")]
        version: [2, 4, 0],
        #[cfg(feature = "update-management")]
        priority: 1,
        #[cfg(feature = "update-management")]
        power: Some(10),
        #[cfg(feature = "update-management")]
        network: Some(1),
        #[cfg(feature = "update-management")]
        zone: Some(ZONE),
        #[cfg(feature = "trust-domains")]
        references: [0; COMPONENTS],
        #[cfg(feature = "owner-policy")]
        policy: Some(POLICY),
        #[cfg(feature = "owner-policy")]
        resources: policy::Facts {
            utc: None,
            radio: Some(-60),
            free_storage: Some(1 << 20),
            free_ram: Some(1 << 14),
        },
    };
}

/// Central European Time.
#[cfg(feature = "update-management")]
const ZONE: Zone = {
    let (Ok(start), Ok(end)) = (Switch::new(3, 5, 0, 7200), Switch::new(10, 5, 0, 10800)) else { panic!() };
    let Ok(zone) = Zone::new(3600, Some(Daylight { offset: 7200, start, end })) else { panic!() };
    zone
};

/// Nothing at weekend nights, with little radio or storage, to the boot loader.
#[cfg(feature = "owner-policy")]
const POLICY: OwnerPolicy<'static> = {
    const WINDOWS: [Window; 1] = {
        let days = Weekdays::FRIDAY.and(Weekdays::SATURDAY);
        let Ok(window) = Window::new(20 * 3600, 4 * 3600 + 1800, days) else { panic!() };
        [window]
    };
    let Ok(blackout) = Blackout::new(ZONE, &WINDOWS) else { panic!() };
    let Ok(policy) = OwnerPolicy::new().blackout(blackout).radio(-95) else { panic!() };
    policy.storage(16 * 1024).ram(1024).veto(&[&[b"boot"]]).critical(Critical {
        at_most: -1,
        ignores_blackout: true,
        ignores_radio: false,
    })
};
