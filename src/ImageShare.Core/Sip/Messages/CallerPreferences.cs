using ImageShare.Core.Sip.Headers;

namespace ImageShare.Core.Sip.Messages;

/// <summary>
/// What a caller wants of whoever takes its request, held against what a contact says of itself (RFC 3841 §7.2.4): the decision a user
/// agent takes as if it were the proxy of its own domain with itself as the only target (RFC 3841 §6).
/// </summary>
public static class CallerPreferences
{
    /// <summary>
    /// Whether a contact with these features may take a request with these headers. False, and 480 is owed, when a Reject-Contact value
    /// matches all it names, or when an Accept-Contact value with <c>require</c> does not match. Without <c>require</c> nothing is ever
    /// refused. A contact without any feature is out of reach of both (RFC 3841 §7.2.2).
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

    // Only what the contact states itself can be unwanted: a feature it does not name takes the whole value out.
    private static bool IsHit(FeatureSet contact, AcceptContact unwanted)
    {
        FeatureTags features = unwanted.Features;
        return features.Parameters.Count > 0 && features.Parameters.All(term => contact.Names(term) && contact.Matches(term));
    }

    // What the contact does not name could be anything, unless the value is explicit.
    private static bool IsMet(FeatureSet contact, AcceptContact wanted) =>
        !wanted.Require || wanted.Features.Parameters.All(term => contact.Names(term) ? contact.Matches(term) : !wanted.Explicit);
}
