namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>Something of an agent whose result a caller awaits, so that it must be told when the agent closes.</summary>
internal interface IAgentPart
{
    /// <summary>The agent closes: fails what is still awaited. On the loop only.</summary>
    void Close(ImageShareException reason);
}
