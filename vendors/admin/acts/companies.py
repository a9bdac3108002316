"""Companies and their people."""

from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import Act, register_act
from evaltracker.pages.fields import LinesField, ReasonForm, link_field
from vendors.admin.acts.shared import SharedForm
from vendors.models import Contact, Vendor
from vendors.policy import may_keep_vendors
from vendors.services.companies import add_vendor, change_vendor
from vendors.services.contacts import add_contact, change_contact, remove_contact


class VendorForm(forms.Form):
    name = forms.CharField(label="Name")
    website = link_field("Website")
    aliases = LinesField(label="Other names", help_text="One a line.")


class KeepingVendors(Act[Any]):
    """What everybody does who runs evaluations."""

    target_name = "vendor"

    def allowed(self, user: User, target: Any) -> bool:
        """Whoever keeps the list of companies."""
        return may_keep_vendors(user)

    def cancel_url(self, target: Any) -> str:
        """The list of companies."""
        return reverse("admin:vendors_vendor_changelist")


@register_act
class AddVendor(KeepingVendors):
    name = "add-vendor"
    title = "Add a vendor"
    verb = "Add"
    again_verb = "Add and start another"
    help = "It belongs to no evaluation until it is a candidate's vendor there."
    success = "The vendor is in the list."
    form_class = VendorForm
    target_name = ""
    service = add_vendor


@register_act
class ChangeVendor(KeepingVendors):
    """Changes a company's names."""

    name = "change-vendor"
    title = "Change vendor"
    verb = "Save"
    success = "Saved."
    model = Vendor
    service = change_vendor
    form_class = VendorForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {name: getattr(target, name) for name in VendorForm.base_fields}


class ContactForm(SharedForm):
    """A person at a vendor."""

    name = forms.CharField(label="Name")
    email = forms.EmailField(label="E-mail address")
    phone = forms.CharField(label="Telephone", required=False)


class OnContact(KeepingVendors):
    """What is done to a person at a vendor."""

    model = Contact
    target_name = "contact"


@register_act
class AddContact(KeepingVendors):
    """Adds a person who gets the vendor's mail."""

    name = "add-contact"
    title = "Add a contact"
    verb = "Add"
    again_verb = "Add and start another"
    help = "Gets the mails that are meant for this vendor."
    success = "The contact is added."
    model = Vendor
    service = add_contact
    form_class = ContactForm


@register_act
class ChangeContact(OnContact):
    """Corrects who a person is."""

    name = "change-contact"
    title = "Change contact"
    verb = "Save"
    help = "Mails still due to the old address are not sent; send them again."
    success = "Saved."
    form_class = ContactForm
    service = change_contact

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {name: getattr(target, name) for name in ("name", "email", "phone")}


@register_act
class RemoveContact(OnContact):
    """Sends somebody no mail any more."""

    name = "remove-contact"
    title = "Remove contact"
    verb = "Remove"
    help = "They get no more mail, not even mail that is already due."
    success = "The contact is removed."
    form_class = ReasonForm
    dangerous = True
    service = remove_contact
