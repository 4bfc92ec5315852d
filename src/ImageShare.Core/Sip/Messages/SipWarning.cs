namespace ImageShare.Core.Sip.Messages;

/// <summary>A deviation that was tolerated, and where.</summary>
/// <param name="Code">What it is; the names are stable.</param>
/// <param name="Offset">The byte offset of the value concerned, from the start of the message.</param>
public readonly record struct SipWarning(SipWarningCode Code, int Offset)
{
    /// <summary>The clause it violates, such as <c>RFC 3261 §20.22</c>.</summary>
    public string Clause => Code switch
    {
        SipWarningCode.RepeatedContentLength => "RFC 3261 §20.14",
        SipWarningCode.TrailingBytes => "RFC 3261 §18.3",
        SipWarningCode.BodyWithoutContentType or SipWarningCode.ContentTypeSyntax => "RFC 3261 §20.15",
        SipWarningCode.TooLargeForUdp => "RFC 3261 §18.1.1",
        SipWarningCode.NoAcceptInOptions => "RFC 3261 §11.1",
        SipWarningCode.BranchWithoutCookie or SipWarningCode.WeakBranch => "RFC 3261 §8.1.1.7",
        SipWarningCode.WeakTag or SipWarningCode.RepeatedTag => "RFC 3261 §19.3",
        SipWarningCode.FromWithoutTag => "RFC 3261 §8.1.1.3",
        SipWarningCode.ExpiresInContact or SipWarningCode.ContactStar => "RFC 3261 §20.10",
        SipWarningCode.CallerPreferenceInContact or SipWarningCode.RepeatedFeatureTag => "RFC 3841 §10",
        SipWarningCode.EscapedFeatureTag => "RFC 3840 §9",
        SipWarningCode.OldServiceIdentifier or SipWarningCode.UnescapedServiceIdentifier => "3GPP TS 24.229 §7.9",
        SipWarningCode.ServiceNamespace => "RFC 6050 §4.4",
        SipWarningCode.AccessNetworkMismatch => "RFC 7315 §5.4",
        SipWarningCode.PrackWithoutReliability => "RFC 3262 §4",
        SipWarningCode.HistoricExtension => "RFC 5245",
        SipWarningCode.MalformedLine => "RFC 3261 §8.2.2",
        SipWarningCode.MaxForwardsTooLarge => "RFC 3261 §20.22",
        SipWarningCode.RepeatedUriParameter => "RFC 3261 §19.1.1",
        SipWarningCode.InviteWithoutContact => "RFC 3261 §8.1.1.8",
        _ => "RFC 3261 §25.1",
    };
}
