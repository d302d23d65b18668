//! What the generated modules offer, and what a change of that asks for.

use xtask::api::Api;

use crate::support::{root, vendors};

#[test]
fn the_public_api_of_each_generated_module_is_known() {
    for vendor in vendors() {
        let path = root().join("crates").join(&vendor.config.crate_name).join("src/generated.rs");
        let api = Api::of(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(Api::parse(&api.to_string()).unwrap(), api, "{} cannot be read again", vendor.name);
        insta::assert_snapshot!(vendor.name.as_str(), api.to_string());
    }
}
