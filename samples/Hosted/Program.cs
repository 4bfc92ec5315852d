using Hosted;
using ImageShare.Core.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// The settings are beside the program, wherever it is started.
var settings = new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory };
HostApplicationBuilder builder = Host.CreateApplicationBuilder(settings);
builder.Services.AddImageShare(builder.Configuration).UseHandler<InboxHandler>();
builder.Services.AddHealthChecks().AddImageShare();
builder.Services.AddSingleton<Inbox>();
await builder.Build().RunAsync();
