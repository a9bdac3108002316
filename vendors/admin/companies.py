"""Companies and their people: acts on them, their lists, and finding them."""

from typing import Any

from django import forms
from django.contrib import admin

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import Act
from evaltracker.pages.base import HardenedAdmin, by
from evaltracker.pages.fields import LinesField, ReasonForm, link_field
from evaltracker.pages.search import Search, register_search
from evaltracker.pages.site import site
from vendors.admin.base import SharedForm
from vendors.models import Candidate, Contact, Vendor
from vendors.policy import may_keep_vendors
from vendors.selectors.access import why_no_link
from vendors.services.candidates import add_vendor, change_vendor
from vendors.services.contacts import add_contact, change_contact, remove_contact


class VendorForm(forms.Form):
    name = forms.CharField(label="Name")
    website = link_field("Website")
    aliases = LinesField(label="Other names", help_text="One a line.")


class KeepingVendors(Act[Any]):
    home_page = "admin:vendors_vendor_changelist"
    target_name = "vendor"

    def allowed(self, user: User, target: Any) -> bool:
        return may_keep_vendors(user)


class AddVendor(KeepingVendors):
    title = "Add a vendor"
    verb = "Add"
    again_verb = "Add and start another"
    help = "It belongs to no evaluation until it is a candidate's vendor there."
    success = "The vendor is in the list."
    form_class = VendorForm
    target_name = ""
    service = add_vendor


class ChangeVendor(KeepingVendors):
    title = "Change vendor"
    verb = "Save"
    success = "Saved."
    model = Vendor
    service = change_vendor
    form_class = VendorForm
    current_fields = tuple(VendorForm.base_fields)


class ContactForm(SharedForm):
    name = forms.CharField(label="Name")
    email = forms.EmailField(label="E-mail address")
    phone = forms.CharField(label="Telephone", required=False)


class NewContactForm(ContactForm):
    invitations = forms.ModelMultipleChoiceField(
        Candidate.objects.none(),
        label="Send a link to",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, vendor: Vendor, user: User, **kwargs: Any) -> None:
        """Offers one's own invitations of the vendor; of others it says why not."""
        super().__init__(*args, **kwargs)
        own_candidates = Candidate.objects.filter(vendor=vendor, evaluation__owner=user)
        rows = own_candidates.select_related("evaluation")
        why = {row: why_no_link(row) for row in rows}
        offered: Any = self.fields["invitations"]
        reachable = [row.pk for row in why if not why[row]]
        offered.queryset = own_candidates.filter(pk__in=reachable)
        offered.label_from_instance = lambda row: f"{row.name} in “{row.evaluation}”"
        no = [
            f"“{row.evaluation}”: {sentence}"
            for row, sentence in why.items()
            if sentence
        ]
        offered.help_text = " ".join(["The mail leaves at once.", *no])
        offered.initial = list(why) if len(why) == 1 else []
        if not why:
            del self.fields["invitations"]


class AddContact(KeepingVendors):
    title = "Add a contact"
    verb = "Add"
    again_verb = "Add and start another"
    help = "Gets the mails that are meant for this vendor."
    success = "The contact is added."
    model = Vendor
    service = add_contact
    form_class = NewContactForm

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"vendor": target, "user": user}


class ChangeContact(KeepingVendors):
    model = Contact
    target_name = "contact"
    title = "Change contact"
    verb = "Save"
    help = "Mails still due to the old address are not sent; send them again."
    success = "Saved."
    form_class = ContactForm
    service = change_contact
    current_fields = ("name", "email", "phone")


class RemoveContact(KeepingVendors):
    model = Contact
    target_name = "contact"
    title = "Remove contact"
    verb = "Remove"
    help = "They get no more mail, not even mail that is already due."
    success = "The contact is removed."
    form_class = ReasonForm
    dangerous = True
    service = remove_contact


@admin.register(Vendor, site=site)
class VendorAdmin(HardenedAdmin):
    empty_text = "A company is entered when a candidate is added in an evaluation."
    list_display = ("name", "website", "slug")
    search_fields = ("name",)
    fields = ("name", "slug", "aliases", "website")


@admin.register(Contact, site=site)
class ContactAdmin(HardenedAdmin):
    empty_text = "Contacts are added on the Candidates page of an evaluation."
    list_display = ("name", "vendor", "email", "phone")
    list_filter = (by("vendor"),)
    search_fields = ("name", "email")
    fields = ("vendor", "name", "email", "phone")

    def audience(self, user: User) -> bool:
        return may_keep_vendors(user)


register_search(
    Search(
        kind="companies",
        title="Companies",
        order=90,
        icon="storefront",
        rows=lambda reader: Vendor.objects.visible_to(reader.user),
        columns=("name",),
        closest="name",
        label=str,
        address=site.address_of,
        beneath=lambda row: row.website,
    )
)
