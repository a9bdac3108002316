"""The settings of signing in; evaltracker.settings takes them all."""

from evaltracker.environment import DEMO, NUM_PROXIES, env, single_sign_on

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# No rule about kinds of letters (ASVS 6.2.5): what counts is how hard one is to guess.
_STOCK = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_STOCK}MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_STOCK}UserAttributeSimilarityValidator"},
    {"NAME": f"{_STOCK}CommonPasswordValidator"},
    {"NAME": "evaltracker.accounts.forms.HardToGuess"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "admin:login"

# --- Sessions -------------------------------------------------------------------
# Counted from the login, whatever is done meanwhile (accounts.middleware).
SESSION_COOKIE_AGE = 8 * 60 * 60
# After so long without a request a session ends, too.
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=60)
# How long it counts that somebody has just shown who they are (R34).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True

# --- Accounts are given, nobody takes one -----------------------------------------
ACCOUNT_ADAPTER = "evaltracker.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    key: f"evaltracker.accounts.forms.{form}"
    for key, form in (
        ("login", "LoginForm"),
        ("reset_password", "ResetPasswordForm"),
        ("reset_password_from_key", "ResetPasswordKeyForm"),
        ("change_password", "ChangePasswordForm"),
        ("set_password", "SetPasswordForm"),
    )
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_EMAIL_VERIFICATION = "none"
# One answer for every address, and no mail to strangers.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
# sign_in_middleware counts logins of an address: here one would wait for another.
ACCOUNT_RATE_LIMITS = {"login": None}
ALLAUTH_TRUSTED_PROXY_COUNT = NUM_PROXIES

# --- Second factor ----------------------------------------------------------------
# The demo's passwords are printed in its documents, so a factor would protect nothing
# there and only stand in the way of looking around.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=not DEMO)
MFA_ADAPTER = "evaltracker.accounts.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "evaltracker.accounts.forms.AuthenticateForm",
    "reauthenticate": "evaltracker.accounts.forms.ReauthenticateForm",
    "activate_totp": "evaltracker.accounts.forms.ActivateAppForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "evaltracker"
# A clock of half a minute off is no stranger.
MFA_TOTP_TOLERANCE = 1
# Addresses are given by whoever adds a person, not claimed by a sign-up.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- Single sign-on (docs/accounts.md) ----------------------------------------------
SOCIALACCOUNT_ADAPTER = "evaltracker.accounts.adapters.SignOnAdapter"
SOCIALACCOUNT_PROVIDERS = single_sign_on()
# A plain link: the policy forbids a form that ends at another host. What it starts is
# bound to the session by a state, so a link from elsewhere logs nobody in as another.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_AUTO_SIGNUP = True
# Whether people of the provider get an account, without rights, by signing in.
OIDC_CREATE_ACCOUNTS = env.bool("OIDC_CREATE_ACCOUNTS", default=False)
# Whether the provider asks for a second factor itself, so that we need not.
OIDC_SECOND_FACTOR = env.bool("OIDC_SECOND_FACTOR", default=False)

# --- Guessing -----------------------------------------------------------------------
# One person's typing errors must not lock out the office behind the same address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
# More guesses do not make a lock last longer, or anybody could keep somebody out.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Logins are kept in our own log, which can forget a person.
AXES_DISABLE_ACCESS_LOG = True
AXES_HANDLER = "evaltracker.accounts.adapters.OneAtATime"
AXES_USERNAME_CALLABLE = "evaltracker.accounts.adapters.account_meant"
AXES_CLIENT_IP_CALLABLE = "evaltracker.accounts.middleware.client_address"
AXES_LOCKOUT_CALLABLE = "evaltracker.accounts.adapters.same_answer"
