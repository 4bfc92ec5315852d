using System.Globalization;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Registration;

/// <summary>What a final response other than 2xx to a REGISTER says. Immutable.</summary>
/// <param name="Problem">What it means.</param>
/// <param name="MinExpiry">The shortest expiry the registrar grants (423, RFC 3261 §10.2.8); null when it does not say.</param>
internal sealed record RegistrarRefusal(RegistrationProblem Problem, TimeSpan? MinExpiry = null)
{
    /// <summary>Whether the first hop does not support RFC 5626 (439, RFC 5626 §11.6).</summary>
    public bool ForbidsOutbound => Problem.SipStatus == 439;

    /// <summary>Reads the response.</summary>
    public static RegistrarRefusal Of(SipResponse response)
    {
        int status = response.StatusCode;
        TimeSpan? retryAfter = response.Headers.RetryAfter is > 0 and { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        var problem = new RegistrationProblem(
            status is 401 or 403 or 407 ? ImageShareError.AuthenticationFailed : ImageShareError.RegistrationRefused,
            Describe(response),
            status,
            !MayPass(status),
            retryAfter);
        return new RegistrarRefusal(problem, status == 423 ? RegistrarAnswer.SecondsIn(response.Headers, "Min-Expires") : null);
    }

    // What depends on the moment, not on the request (3GPP TS 24.229 §5.1.1.2.1). All else is refused in the same way the next time.
    private static bool MayPass(int status) => status is 408 or 430 or 439 or 480 or 486 or 491 or 600 || (status is >= 500 and < 600 && status is not (501 or 505 or 513));

    private static string Describe(SipResponse response)
    {
        int status = response.StatusCode;
        string answer = string.Create(CultureInfo.InvariantCulture, $"The registrar answered {status} {Printable.Of(response.ReasonPhrase)}");
        return UnansweredChallenge.Describe(response, isOfRegistrar: true) is { } challenge ? $"The registration was refused ({status}). {challenge}" : answer + status switch
        {
            >= 300 and < 400 => response.Headers.Contacts is [{ } contact, ..]
                ? $": it is now at {Printable.Of(contact.Uri.ToString())}. Set that as the registrar if its operator agrees."
                : ": it has moved, and does not say where. Ask its operator.",
            403 => ": this user may not register here; check the user name, the password and the identity, or ask the operator.",
            404 or 604 => ": it does not know this user; check the identity and the registrar.",
            405 or 501 => ": it is no registrar; check its address.",
            423 => ": it grants no expiry that this side can ask for; ask its operator.",
            503 => ": it is overloaded or out of service.",
            >= 500 and < 600 => ": it has a fault of its own; ask its operator if this continues.",
            _ => "; ask its operator.",
        };
    }
}
