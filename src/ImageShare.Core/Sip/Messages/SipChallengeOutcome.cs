namespace ImageShare.Core.Sip.Messages;

/// <summary>Why the challenge in a 401 or 407 was not answered (RFC 3261 §22).</summary>
public enum SipChallengeOutcome
{
    /// <summary>Unknown: no challenge was processed.</summary>
    None,

    /// <summary>There are no credentials.</summary>
    NoCredentials,

    /// <summary>The response has no challenge at all.</summary>
    NoChallenge,

    /// <summary>The challenges have other realms than the credentials (RFC 3261 §22.3).</summary>
    OtherRealm,

    /// <summary>The challenges of the right realm use schemes, algorithms or qualities of protection that this library does not support.</summary>
    NotSpoken,

    /// <summary>Credentials were sent and refused.</summary>
    Refused,
}
