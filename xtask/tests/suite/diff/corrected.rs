//! What a vendor publishes that the overlay has said already.

use serde_json::json;
use xtask::{
    api::Bump,
    diff::{self, Kept},
    document,
    vendor::Vendor,
};

use crate::support::{put, root};

#[test]
fn what_the_overlay_has_said_before_the_vendor_is_no_news_to_the_code() {
    const CORRECTION: &str = "{target: $.components.schemas.Token.properties, description: It has a region., \
                              x-evidence: Seen., x-expect-absent: [region], update: {region: {type: string}}}";

    let mutations = root().join("xtask/tests/suite/mutations");
    let old = document::load(&mutations.join("base.yaml")).unwrap();
    let mut new = old.clone();
    new["components"]["schemas"]["Token"]["properties"]["region"] = json!({"type": "string"});

    for (actions, bump) in [("[]", Bump::Minor), (&format!("[{CORRECTION}]"), Bump::Patch)] {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            put(folder.path(), &folder.path().join("acme").join(name), text.as_bytes())
        };
        file("vendor.toml", &std::fs::read_to_string(mutations.join("vendor.toml")).unwrap());
        let head = "overlay: 1.0.0\ninfo: {title: Acme, version: '1'}\nactions: ";
        file("overlay.yaml", &format!("{head}{actions}\n"));

        let vendor = Vendor::load(folder.path(), "acme").unwrap();
        let kept = Kept::of_vendor(&[vendor], &old, &new).unwrap().unwrap();
        let diff = diff::compare(&old, &new, &kept);
        assert_eq!((diff.code, diff.outcome), (None, diff::Outcome::Additive));
        assert_eq!(diff.bump, bump, "{actions}");
    }
}
