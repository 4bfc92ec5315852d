using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// Compares the features a caller asks for with those of a contact (RFC 3841 §7.2.4). A user agent decides as if it were the proxy of its domain,
/// with itself as the only target (RFC 3841 §6).
/// </summary>
internal static class CallerPreferences
{
    /// <summary>
    /// Whether a contact with these features may take a request with these headers. False, which is answered with 480, if a Reject-Contact value
    /// matches in all its features, or an Accept-Contact value with <c>require</c> does not match. An Accept-Contact value without <c>require</c> refuses
    /// nothing. A contact without any feature is never refused (RFC 3841 §7.2.2).
    /// </summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="own">The feature parameters of the contact.</param>
    public static bool Allow(SipHeaders headers, FeatureTags own)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (!headers.Contains(SipHeaderNames.AcceptContact) && !headers.Contains(SipHeaderNames.RejectContact))
        {
            return true;
        }

        var contact = new FeatureSet(own);
        return contact.IsEmpty
            || (!headers.RejectContacts.Any(unwanted => IsHit(contact, unwanted)) && headers.AcceptContacts.All(wanted => IsMet(contact, wanted)));
    }

    // The value rejects the contact only if the contact names each of its features.
    private static bool IsHit(FeatureSet contact, AcceptContact unwanted)
    {
        FeatureTags features = unwanted.Features;
        return features.Parameters.Count > 0 && features.Parameters.All(term => contact.Names(term) && contact.Matches(term));
    }

    // A feature that the contact does not name matches, unless the value is explicit.
    private static bool IsMet(FeatureSet contact, AcceptContact wanted) =>
        !wanted.Require || wanted.Features.Parameters.All(term => contact.Names(term) ? contact.Matches(term) : !wanted.Explicit);
}
