namespace ImageShare.Core.Sip.Messages;

/// <summary>What became of the challenge in a 401 or 407 that was not answered any more (RFC 3261 §22).</summary>
public enum SipChallengeOutcome
{
    /// <summary>Nothing is known: no challenge was looked at.</summary>
    None,

    /// <summary>There are no credentials to answer with.</summary>
    NoCredentials,

    /// <summary>The response has no challenge at all.</summary>
    NoChallenge,

    /// <summary>The challenges are of other realms than the one the credentials are for (RFC 3261 §22.3).</summary>
    OtherRealm,

    /// <summary>The challenges of the right realm use schemes, algorithms or qualities of protection that this library does not speak.</summary>
    NotSpoken,

    /// <summary>Credentials were sent, and refused.</summary>
    Refused,
}
