namespace ImageShare.Core.Sharing;

/// <summary>The names of the feature tag that carries the IARI.</summary>
[Flags]
public enum FeatureTagForms
{
    /// <summary>No tag.</summary>
    None = 0,

    /// <summary><c>+g.3gpp.iari-ref</c>, the registered name.</summary>
    IariRef = 1,

    /// <summary><c>+g.3gpp.app_ref</c>, the name of IR.79 v1.2.</summary>
    AppRef = 2,

    /// <summary><c>+g.3gpp.app%5fref</c>: the same with an escaped underscore, as written by the Mercuro client.</summary>
    EscapedAppRef = 4,
}

/// <summary>How an icon is sent in the INVITE (RFC 5547 §8.8).</summary>
public enum IconForm
{
    /// <summary>No icon.</summary>
    None,

    /// <summary>multipart/related, base64.</summary>
    RelatedBase64,

    /// <summary>multipart/related, binary.</summary>
    RelatedBinary,

    /// <summary>multipart/mixed, base64.</summary>
    MixedBase64,
}

/// <summary>How <c>a=file-date</c> is written (RFC 5547 §6).</summary>
public enum DateForm
{
    /// <summary>No dates.</summary>
    None,

    /// <summary>Quoted RFC 5322 dates, as RFC 5547 requires.</summary>
    Rfc5322,

    /// <summary>Unquoted ISO 8601 dates, as written by the Mercuro client.</summary>
    Iso8601Unquoted,
}

/// <summary>What an offer says about which side connects (RFC 6135 §4.2).</summary>
public enum SetupForm
{
    /// <summary>No a=setup: the offerer connects (RFC 4975 §8.5).</summary>
    None,

    /// <summary><c>a=setup:actpass</c>: the answerer chooses.</summary>
    ActPass,

    /// <summary><c>a=setup:active</c> with port 9: the offerer connects.</summary>
    Active,
}
