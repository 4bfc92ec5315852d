namespace ImageShare.Core.Sip.Messages;

/// <summary>The deviations that are tolerated in a message. Names are stable: tools print them.</summary>
public enum SipWarningCode
{
    /// <summary>There are several Content-Lengths with the same value.</summary>
    RepeatedContentLength,

    /// <summary>The datagram has more bytes after the body, which were discarded (RFC 3261 §18.3).</summary>
    TrailingBytes,

    /// <summary>There is a body but no Content-Type (RFC 3261 §20.15).</summary>
    BodyWithoutContentType,

    /// <summary>A request above 1300 bytes whose top Via says UDP (RFC 3261 §18.1.1).</summary>
    TooLargeForUdp,

    /// <summary>An OPTIONS without Accept (RFC 3261 §11.1), which means application/sdp.</summary>
    NoAcceptInOptions,

    /// <summary>A branch without the magic cookie, as in RFC 2543 (RFC 3261 §8.1.1.7).</summary>
    BranchWithoutCookie,

    /// <summary>A branch that is too short for 32 random bits (RFC 3261 §8.1.1.7).</summary>
    WeakBranch,

    /// <summary>A tag that is too short for 32 random bits (RFC 3261 §19.3).</summary>
    WeakTag,

    /// <summary>The sender has no tag in From, as in RFC 2543 (RFC 3261 §8.1.1.3).</summary>
    FromWithoutTag,

    /// <summary>The <c>expires</c> parameter of a Contact outside registration and redirection, where it has no meaning.</summary>
    ExpiresInContact,

    /// <summary>The <c>explicit</c> or <c>require</c> of Accept-Contact in a Contact, where it has no meaning (RFC 3841 §10).</summary>
    CallerPreferenceInContact,

    /// <summary>An <c>lr</c> with a value (RFC 3261 §25.1); treated as loose routing.</summary>
    LooseRouterWithValue,

    /// <summary>A feature tag with an escaped underscore, such as <c>+g.3gpp.app%5fref</c>.</summary>
    EscapedFeatureTag,

    /// <summary>The same feature tag twice in one Accept-Contact value (RFC 3841 §10).</summary>
    RepeatedFeatureTag,

    /// <summary>A service or application identifier in a spelling from before its registration, such as <c>urn:urn-xxx:</c>.</summary>
    OldServiceIdentifier,

    /// <summary>A service or application identifier without quotes or without escaped colons.</summary>
    UnescapedServiceIdentifier,

    /// <summary>A P-Preferred-Service or P-Asserted-Service outside <c>urn:urn-7:</c> (RFC 6050 §4.4).</summary>
    ServiceNamespace,

    /// <summary>Access network information whose cell identity does not match the access type (RFC 7315 §5.4).</summary>
    AccessNetworkMismatch,

    /// <summary>PRACK is allowed, but 100rel is not supported, so it cannot be used (RFC 3262).</summary>
    PrackWithoutReliability,

    /// <summary>An extension that is historic, such as <c>sdp-anat</c>.</summary>
    HistoricExtension,

    /// <summary>A header line that cannot be read and is not needed; it is ignored (RFC 3261 §8.2.2). See <see cref="SipMessage.MalformedLines"/>.</summary>
    MalformedLine,

    /// <summary>A URI in From, To, Contact, Route or Record-Route that does not follow the grammar (RFC 3261 §25.1); the parts that can be read are used.</summary>
    BadUri,

    /// <summary>A Max-Forwards above 255 (RFC 3261 §20.22).</summary>
    MaxForwardsTooLarge,

    /// <summary>A Call-ID that is not a word, such as one with a space (RFC 3261 §25.1).</summary>
    CallIdSyntax,

    /// <summary>More than one tag in From or To; the first one counts (RFC 3261 §19.3).</summary>
    RepeatedTag,

    /// <summary>A parameter that occurs twice in a URI (RFC 3261 §19.1.1).</summary>
    RepeatedUriParameter,

    /// <summary>An INVITE without Contact (RFC 3261 §8.1.1.8).</summary>
    InviteWithoutContact,

    /// <summary>A Contact of <c>*</c> outside a registration (RFC 3261 §20.10).</summary>
    ContactStar,

    /// <summary>A Content-Type that is not a media type (RFC 3261 §20.15).</summary>
    ContentTypeSyntax,

    /// <summary>A q value that is not between 0 and 1 (RFC 3261 §25.1).</summary>
    BadQValue,

    /// <summary>A parameter after an address in From, To, Contact, Route or Record-Route that cannot be read, such as <c>;q=</c>; it is ignored (RFC 3261 §25.1).</summary>
    MalformedParameter,
}
